// Bundled as the text that it is.
declare module "*.txt" {
	const text: string;
	export default text;
}
