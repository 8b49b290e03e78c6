/** What core, the helper and the shell say, in Chinese; English is what they say by themselves. */
import { fill, inEnglish, type Said } from '../../electron/core/words/said.js'
import type { Language } from './catalogue.js'
import { saidInChinese } from './zh-CN/said.js'

export const chinese = ({ key, params }: Said): string => fill(saidInChinese[key] ?? key, params, chinese)

export const saidIn = (language: Language, said: Said): string =>
  language === 'zh-CN' ? chinese(said) : inEnglish(said)
