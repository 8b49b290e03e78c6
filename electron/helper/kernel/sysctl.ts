/** `net.*` sysctls of the thread's current namespace: /proc/sys/net shows the reader's own. */
import * as libc from './libc.js'
import { EINVAL, ENOENT, EPERM, Refusal } from './errno.js'

const text = Buffer.allocUnsafeSlow(16_384)
/** Longest value that may be set, bytes; the kernel takes up to a page. */
const maxValueBytes = 4096

/**
 * The file of a key. As sysctl(8): where the first separator is a dot, dots separate and a slash stands for a dot in a name
 * (`net.ipv4.conf.eth0/1.rp_filter`); where it is a slash, the key is a path. Null for keys outside `net`.
 */
export function sysctlPath(key: string): string | null {
  const first = /[./]/.exec(key)?.[0]
  const path = first === '.' ? key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : key
  const parts = path.split('/')
  if (parts[0] !== 'net' || parts.length < 2) return null
  return parts.some((part) => part === '' || part === '.' || part === '..') ? null : `/proc/sys/${path}`
}

/** The part of a key that names an interface: its dots become slashes. */
export const sysctlInterface = (name: string): string => name.replaceAll('.', '/')

/** The value without its last line end, or null where it cannot be read. */
export function readSysctl(key: string): string | null {
  const path = sysctlPath(key)
  if (path === null) return null
  const fd = libc.open(path, libc.O_RDONLY | libc.O_CLOEXEC, 0)
  if (fd < 0) return null
  const length = libc.read(fd, text, text.length)
  libc.close(fd)
  return length < 0 ? null : text.toString('utf8', 0, length).trimEnd()
}

/** `sysctl -w KEY=VALUE`, refused in its words. */
export function writeSysctl(key: string, value: string): Refusal | null {
  const path = sysctlPath(key)
  if (path === null) return Refusal.of(EPERM, `"${key}" is not a key below net`)
  if (Buffer.byteLength(value) >= maxValueBytes) return Refusal.of(EINVAL, `setting key "${key}": Invalid argument`)
  const fd = libc.open(path, libc.O_WRONLY | libc.O_CLOEXEC, 0)
  if (fd < 0) {
    const refusal = libc.lastRefusal()
    return refusal.errno === ENOENT ? refusal.about(`cannot stat ${path}`) : refusal.about(`setting key "${key}"`)
  }
  const length = text.write(`${value}\n`)
  const refusal = libc.write(fd, text, length) < 0 ? libc.lastRefusal().about(`setting key "${key}"`) : null
  libc.close(fd)
  return refusal
}
