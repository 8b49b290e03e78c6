/** The picture of the canvas as a file: what a browser downloads, or for which the desktop asks a name. */
import type { CanvasCommands } from './actions.js'

export type PictureKind = 'png' | 'svg'

export async function savePicture(canvas: CanvasCommands, kind: PictureKind, name: string): Promise<void> {
  const address = URL.createObjectURL(await canvas.picture(kind))
  const link = document.createElement('a')
  link.href = address
  link.download = `${name}.${kind}`
  link.click()
  // The download has taken hold of the data by then (ms).
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
