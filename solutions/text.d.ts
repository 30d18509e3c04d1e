// Bundled as the text that it is, with the options of box's parts in the place of {OPTIONS}.
declare module "*.txt" {
	const text: string;
	export default text;
}
