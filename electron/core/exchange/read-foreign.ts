/** Any file of another tool as a lab. Nothing of it is run. */
import { importClab } from './clab/from-clab.js'
import type { Folder } from './folder.js'
import type { Foreign } from './foreign.js'
import { importScript } from './from-script.js'
import { importKathara } from './kathara/from-kathara.js'
import type { Imported } from './imported.js'
import { importMiniEdit } from './miniedit/from-miniedit.js'

export interface ForeignText {
  /** As places carry it. */
  readonly name: string
  /** For the name of a lab that is called after its folder. */
  readonly path: string
  readonly text: string | Uint8Array
  /** What is read of a lab that is a folder. */
  readonly folder: Folder
}

/** Never throws, and takes bounded time. */
export function readForeignText(from: Foreign, { name, path, text, folder }: ForeignText): Imported {
  switch (from) {
    case 'clab':
      return importClab(text, name)
    case 'kathara':
      return importKathara(folder, path.split('/').at(-2) ?? name)
    case 'miniedit':
      return importMiniEdit(text, name)
    case 'script':
      return importScript(text, name)
  }
}
