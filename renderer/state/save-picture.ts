/** The picture of the canvas as a file: what a browser downloads, or for which the desktop asks a name. */
import type { CanvasCommands } from './actions.js'

export type PictureKind = 'png' | 'svg'

export const savePicture = async (canvas: CanvasCommands, kind: PictureKind, name: string): Promise<void> =>
  download(await canvas.picture(kind), `${name}.${kind}`)

export function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has taken hold of the data by then (ms).
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
