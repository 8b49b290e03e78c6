/** The window's files over HTTP: read-only, the same for everybody, with headers that keep other pages out. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import sirv from 'sirv'
import type { Origins } from './origin.js'

/**
 * Scripts, pictures and connections from here only. Styles may be inline: terminal and canvas set theirs by script.
 * `connect-src` names the WebSocket, which older browsers do not take as `'self'`.
 */
const contentSecurityPolicy = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const headers: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // The address holds a token in its fragment; nothing of it goes anywhere.
  'Referrer-Policy': 'no-referrer',
  // A page that opened this one gets no hold on its window.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()',
}

function refuse(
  response: ServerResponse,
  status: number,
  sentence: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...more }).end(`${sentence}\n`)
}

/** @param directory of the built window; its files are listed now, and no other is ever served */
export function pageOf(
  directory: string,
  origins: Origins,
): (request: IncomingMessage, response: ServerResponse) => void {
  const files = sirv(directory, { etag: true, dotfiles: false })
  return (request, response) => {
    if (!origins.hasOurHost(request.headers)) return refuse(response, 421, 'This server answers to 127.0.0.1 only.')
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'This server only hands out files.', { Allow: 'GET, HEAD' })
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(request.headers.host ?? ''))
    response.setHeader('Cache-Control', 'no-cache')
    // A file that is gone since the start (a new build) must not take the server with it.
    response.on('pipe', (source) => source.on('error', () => response.destroy()))
    files(request, response, () => refuse(response, 404, 'There is no such page.'))
  }
}
