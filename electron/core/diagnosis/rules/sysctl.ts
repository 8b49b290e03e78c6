/** What `sysctl` printed of one key, as the kernel spells keys: with `/` for dots within a name. */
export function valueOf(output: string, key: string): string | null {
  const name = key.replaceAll('/', '.')
  for (const line of output.split('\n')) {
    const [said = '', value] = line.split(' = ')
    if (said.replaceAll('/', '.') === name && value !== undefined) return value.trim()
  }
  return null
}
