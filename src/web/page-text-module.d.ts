/** Made by `pageTextModule` (page-text.ts). */
declare module "virtual:page-text" {
	const page: { readonly name: string; readonly text: string; readonly attribution: string };
	export default page;
}
