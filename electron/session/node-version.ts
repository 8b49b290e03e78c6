/** The oldest Node that runs this program (package.json, `engines`). */
export const neededNode = '20.19'

export function nodeIsRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [neededMajor = 0, neededMinor = 0] = neededNode.split('.').map(Number)
  return major > neededMajor || (major === neededMajor && minor >= neededMinor)
}
