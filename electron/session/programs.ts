/** Where the built programs and the resources are, from wherever this code runs. */
import { fileURLToPath } from 'node:url'

const here = import.meta.url

/** `dist/node/` when built; the same folder when the sources are run directly, as tests do. */
const programs = here.includes('/electron/session/') ? new URL('../../dist/node/', here) : new URL('./', here)

/** Machine code and scripts cannot be started from inside an archive; the packager lays them beside it. */
const unpacked = (path: string): string => path.replace(/([/\\])app\.asar([/\\])/, '$1app.asar.unpacked$2')

/** For Electron alone, which reads archives: where the packager put it, inside or not. */
export const archivedFile = (name: string): string => fileURLToPath(new URL(name, programs))
export const programFile = (name: string): string => unpacked(fileURLToPath(new URL(name, programs)))
/** From the root of the checkout or the package. */
export const rootFile = (name: string): string => unpacked(fileURLToPath(new URL(`../../${name}`, programs)))
export const resourceFile = (name: string): string => rootFile(`resources/${name}`)
