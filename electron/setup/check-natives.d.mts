/** @param context of which the directory a package's files are laid out in and electron-builder's number for the architecture count */
export default function checkNatives(context: { readonly appOutDir: string; readonly arch: number }): void
