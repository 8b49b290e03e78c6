/// <reference lib="dom" />
/** Pictures of a window have few colours: as PNG with a palette they are a third of the size, and nobody sees the difference. */
import { crc32, deflateSync } from 'node:zlib'
import type { Page } from 'playwright-core'

/** As many as one byte can name. */
const most = 256

/** @param png of any kind that the browser can read */
export async function withPalette(page: Page, png: Buffer): Promise<Buffer> {
  const { width, height, data } = await pixels(page, png)
  const counts = new Map<number, number>()
  const colour = (at: number): number => ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0)
  for (let at = 0; at < data.length; at += 4) counts.set(colour(at), (counts.get(colour(at)) ?? 0) + 1)
  const palette = choose([...counts].sort((a, b) => b[1] - a[1]).map(([each]) => each))
  const index = new Map(palette.map((each, number) => [each, number]))
  for (const each of counts.keys()) if (!index.has(each)) index.set(each, nearest(palette, each))
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + x + 1] = index.get(colour((y * width + x) * 4)) ?? 0
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits, palette (PNG specification, 11.2.2).
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((each) => [each >> 16, (each >> 8) & 255, each & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

async function pixels(page: Page, png: Buffer): Promise<{ width: number; height: number; data: Buffer }> {
  const { width, height, text } = await page.evaluate(
    async (source) => {
      const image = new Image()
      image.src = source
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.naturalWidth
      canvas.height = image.naturalHeight
      const context = canvas.getContext('2d') as CanvasRenderingContext2D
      context.drawImage(image, 0, 0)
      const bytes = context.getImageData(0, 0, canvas.width, canvas.height).data
      const parts: string[] = []
      // As many arguments as a call may have.
      for (let at = 0; at < bytes.length; at += 0x8000)
        parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)))
      return { width: canvas.width, height: canvas.height, text: btoa(parts.join('')) }
    },
    `data:image/png;base64,${png.toString('base64')}`,
  )
  return { width, height, data: Buffer.from(text, 'base64') }
}

/**
 * Half of them are the most frequent colours, the others those that are furthest from all chosen before: a hue that means
 * something counts, be it in one small shape only.
 * @param colours the most frequent first
 */
function choose(colours: readonly number[]): readonly number[] {
  const chosen = colours.slice(0, most / 2)
  const rest = colours.slice(most / 2)
  const far = rest.map((each) => Math.min(...chosen.map((other) => distance(each, other))))
  while (chosen.length < most && rest.length > 0) {
    const at = far.indexOf(far.reduce((a, b) => Math.max(a, b), 0))
    const next = rest[at]
    if (next === undefined || far[at] === 0) break
    chosen.push(next)
    rest.forEach((each, index) => (far[index] = Math.min(far[index] ?? 0, distance(each, next))))
  }
  return chosen
}

function nearest(palette: readonly number[], wanted: number): number {
  let [best, least] = [0, Infinity]
  for (const [number, each] of palette.entries()) {
    const here = distance(each, wanted)
    if (here < least) [best, least] = [number, here]
  }
  return best
}

/** Between two colours, squared. */
function distance(one: number, other: number): number {
  const [r, g, b] = [
    (one >> 16) - (other >> 16),
    ((one >> 8) & 255) - ((other >> 8) & 255),
    (one & 255) - (other & 255),
  ]
  return r * r + g * g + b * b
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
