/**
 * The user's own environment, without what the way Vethlab was started has put into it: npm and npx, an AppImage, the
 * desktop that opened the window, Electron. A program that is started from a terminal must not find any of it: npm would
 * take our checkout for its own, a browser our name, and a program made with Electron would be a plain Node.
 */

const names: ReadonlySet<string> = new Set([
  // Electron, and what we set for it.
  'CHROME_DESKTOP',
  'ORIGINAL_XDG_CURRENT_DESKTOP',
  'GOOGLE_API_KEY',
  'GOOGLE_DEFAULT_CLIENT_ID',
  'GOOGLE_DEFAULT_CLIENT_SECRET',
  'UV_THREADPOOL_SIZE',
  'VETHLAB_LC_ALL',
  // The desktop, for the one window it was asked for.
  'DESKTOP_STARTUP_ID',
  'XDG_ACTIVATION_TOKEN',
  'GIO_LAUNCHED_DESKTOP_FILE',
  'GIO_LAUNCHED_DESKTOP_FILE_PID',
  'BAMF_DESKTOP_FILE_HINT',
  // npm.
  'INIT_CWD',
  'NODE',
  // An AppImage.
  'APPIMAGE',
  'APPDIR',
  'ARGV0',
  'OWD',
])
const families = /^(?:npm_|ELECTRON_|APPIMAGE_)/

/** What npm puts in front of PATH. */
const npmDirectory = /\/(?:node_modules\/\.bin|node-gyp-bin)$/

export function userEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const { APPDIR: image } = environment
  const isFromNpm = Object.keys(environment).some((name) => name.startsWith('npm_'))
  const isOurs = (entry: string, name: string): boolean =>
    (isFromNpm && name === 'PATH' && npmDirectory.test(entry)) ||
    (image !== undefined && image !== '' && (entry === image || entry.startsWith(`${image}/`)))
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || names.has(name) || families.test(name)) continue
    const entries = value.split(':')
    const own = entries.filter((entry) => !isOurs(entry, name))
    // A list of nothing is not the same as none: for LD_LIBRARY_PATH it is the current directory.
    if (own.length > 0) kept[name] = own.join(':')
  }
  return kept
}
