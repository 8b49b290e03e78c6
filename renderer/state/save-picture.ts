/** The picture of the canvas as a file: what a browser downloads, or for which the desktop asks a name. */
import type { CanvasCommands } from './actions.js'
import { download } from './download.js'
import type { Session } from './session.svelte.js'

export type PictureKind = 'png' | 'svg'

export const savePicture = async (
  canvas: CanvasCommands,
  kind: PictureKind,
  name: string,
  session: Session,
): Promise<void> => download(await canvas.picture(kind), `${name}.${kind}`, session)
