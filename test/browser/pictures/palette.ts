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
  const palette = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([each]) => each)
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

function nearest(palette: readonly number[], wanted: number): number {
  let [best, least] = [0, Infinity]
  for (const [number, each] of palette.entries()) {
    const [r, g, b] = [
      (each >> 16) - (wanted >> 16),
      ((each >> 8) & 255) - ((wanted >> 8) & 255),
      (each & 255) - (wanted & 255),
    ]
    const distance = r * r + g * g + b * b
    if (distance < least) [best, least] = [number, distance]
  }
  return best
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
