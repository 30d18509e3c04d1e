// The bundle contains the file as a string, with the options of box's parts in place of {OPTIONS}.
declare module "*.txt" {
	const text: string;
	export default text;
}
