/** Texts of a lab for people: one for every language, or one for each. */
import type { Text } from './schema.js'

/** The English text, which the command line shows and by which checks are known; another where there is none. */
export const englishText = (text: Text): string => (typeof text === 'string' ? text : (text.en ?? text['zh-CN'] ?? ''))
