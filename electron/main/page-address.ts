/**
 * The window's page has a scheme of its own instead of `file:`: an origin that nothing else has, answered from the
 * built window alone, with a content security policy in every answer. The preload script holds the same origin.
 */
export const pageScheme = 'vethlab'
export const pageHost = 'app'
export const pageOrigin = `${pageScheme}://${pageHost}`
export const pageAddress = `${pageOrigin}/index.html`

/** Whether an address is one of the page's own. */
export function isOurs(address: string): boolean {
  return parts(address)?.origin === pageOrigin
}

/** Whether an address is the window itself, which may load itself again. */
export function isWindowPage(address: string): boolean {
  const found = parts(address)
  return found?.origin === pageOrigin && (found.path === '/' || found.path === '/index.html')
}

function parts(address: string): { readonly origin: string; readonly path: string } | null {
  try {
    const { protocol, host, pathname, username, password } = new URL(address)
    // URL#origin is the text 'null' for schemes that Node does not know.
    return username + password === '' ? { origin: `${protocol}//${host}`, path: pathname } : null
  } catch {
    return null
  }
}
