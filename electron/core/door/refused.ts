/** A request that is answered with an error in a sentence of ours: its values stay apart, for the window's own language. */
import { ResponseError } from 'vscode-jsonrpc'
import { inEnglish, type Said } from '../words/said.js'

/** @param code of `errorCodes` */
export const refused = (code: number, words: Said): ResponseError<Said> =>
  new ResponseError(code, inEnglish(words), words)
