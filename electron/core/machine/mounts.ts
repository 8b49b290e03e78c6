/** Network namespaces that are kept by a mount: `ip netns`, and engines that do the same elsewhere. */

export interface MountedNamespace {
  readonly inode: number
  readonly path: string
}

/** Octal escapes of white space and backslash (`mangle`, fs/proc_namespace.c). */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))

/** @param text of /proc/PID/mountinfo: `ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS ... - TYPE SOURCE ...` */
export function mountedNamespaces(text: string): MountedNamespace[] {
  const found = new Map<string, MountedNamespace>()
  for (const line of text.split('\n')) {
    const [, , , root = '', point = ''] = line.split(' ')
    const inode = /^net:\[(\d+)\]$/.exec(root)?.[1]
    if (inode === undefined || !line.includes(' - nsfs ')) continue
    const path = unescaped(point)
    // What was mounted last at a place is what is there.
    found.set(path, { inode: Number(inode), path })
  }
  return [...found.values()]
}

/** The name by which `ip netns` knows what is mounted there; null elsewhere. */
export const netnsName = (path: string): string | null => /^\/(?:var\/)?run\/netns\/([^/]+)$/.exec(path)?.[1] ?? null
