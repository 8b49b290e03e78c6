/** Answers for the page's scheme: the files of the built window, read-only, and no others. */
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { protocol } from 'electron'
import type { Session } from 'electron'
import { pageHost, pageScheme } from './page-address.js'

/**
 * Scripts, pictures and fonts from here only. Styles may be inline: terminal and canvas set theirs by script. `data:`
 * and `blob:` pictures are what the export of the canvas is drawn through.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
}

/** A module script of any other type is refused by the browser engine, so every type that a build makes is named. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** Must be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** @param directory of the built window; its files are listed now, and no other is ever answered with */
export function answerPage(session: Session, directory: string): void {
  session.protocol.handle(pageScheme, pageAnswers(directory))
}

export function pageAnswers(directory: string): (request: Request) => Promise<Response> {
  const files = listFiles(directory)
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'The page only hands out files.')
    const { host, pathname } = new URL(request.url)
    const file = host === pageHost ? files.get(pathname === '/' ? '/index.html' : pathname) : undefined
    if (file === undefined) return refuse(404, 'There is no such page.')
    try {
      const bytes = await readFile(file)
      const type = contentTypes[extname(file)] ?? 'application/octet-stream'
      return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), {
        headers: { ...headers, 'Content-Type': type },
      })
    } catch {
      return refuse(404, 'This file of the window is gone; build the window again.')
    }
  }
}

const refuse = (status: number, sentence: string): Response =>
  new Response(`${sentence}\n`, { status, headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' } })

/** Path as a URL has it -> file. */
function listFiles(directory: string): ReadonlyMap<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    files.map((file) => [`/${relative(directory, file).split(sep).map(encodeURIComponent).join('/')}`, file]),
  )
}
