/// <reference lib="dom" />
/** Where things are drawn on the canvas, in CSS pixels of the page. */
import type { Page } from 'playwright-core'

export interface Spot {
  readonly x: number
  readonly y: number
}
export interface Rect extends Spot {
  readonly width: number
  readonly height: number
}
interface Edge {
  hasClass(name: string): boolean
  renderedSourceEndpoint(): Spot
  renderedTargetEndpoint(): Spot
  renderedSegmentPoints(): Spot[]
}
interface Graph {
  zoom(): number
  getElementById(id: string): {
    renderedPosition(): Spot
    renderedBoundingBox(options: object): { x1: number; y1: number; w: number; h: number }
  }
  edges(): Iterable<Edge>
  nodes(): { map<Each>(what: (node: { id(): string; position(): Spot; isParent(): boolean }) => Each): Each[] }
}

/** Asks the graph on the screen. */
export async function ask<Result, Asked>(
  page: Page,
  what: (cy: Graph, asked: Asked) => Result,
  asked: Asked,
): Promise<Result> {
  return page.evaluate(
    ([code, value]) => {
      const graph = document.querySelector('main .graph') as Element & { _cyreg: { cy: Graph } }
      return (new Function('cy', 'asked', `return (${code})(cy, asked)`) as (cy: Graph, asked: unknown) => Result)(
        graph._cyreg.cy,
        value,
      )
    },
    [what.toString(), asked] as const,
  )
}

async function corner(page: Page): Promise<Spot> {
  const found = await page.locator('main .graph').boundingBox()
  if (!found) throw new Error('no picture')
  return found
}

export async function boxOf(page: Page, name: string): Promise<Rect> {
  const { x, y } = await corner(page)
  const { x1, y1, w, h } = await ask(
    page,
    (cy, id) => cy.getElementById(`namespace ${id}`).renderedBoundingBox({ includeOverlays: false }),
    name,
  )
  return { x: x + x1, y: y + y1, width: w, height: h }
}

export async function portOf(page: Page, id: string): Promise<Spot> {
  const { x, y } = await corner(page)
  const at = await ask(page, (cy, one) => cy.getElementById(`port ${one}`).renderedPosition(), id)
  return { x: x + at.x, y: y + at.y }
}

/** A place on a cable near the port of an end, on the screen. */
export async function besideOf(page: Page, near: string, far: string): Promise<Spot> {
  const { x, y } = await corner(page)
  const at = await ask(
    page,
    (cy, [one, other]) => {
      const [a, b] = [cy.getElementById(`port ${one}`), cy.getElementById(`port ${other}`)].map((each) =>
        each.renderedPosition(),
      ) as [Spot, Spot]
      const meets = (p: Spot, q: Spot | undefined): boolean => q !== undefined && Math.hypot(p.x - q.x, p.y - q.y) < 14
      for (const each of cy.edges()) {
        const bends = each.hasClass('bent') ? each.renderedSegmentPoints() : []
        const line = [each.renderedSourceEndpoint(), ...bends, each.renderedTargetEndpoint()]
        if (meets(b, line[0]) && meets(a, line.at(-1))) line.reverse()
        else if (!(meets(a, line[0]) && meets(b, line.at(-1)))) continue
        const [from, to] = line as [Spot, Spot]
        const long = Math.hypot(to.x - from.x, to.y - from.y)
        const way = Math.min(26, long / 2) / long
        return { x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way }
      }
      throw new Error(`no cable from ${one} to ${other}`)
    },
    [near, far] as const,
  )
  return { x: x + at.x, y: y + at.y }
}

/** What is drawn, by its places: nodes of the graph, in the order of their names. */
export const placesOf = (page: Page): Promise<unknown> =>
  ask(
    page,
    (cy) =>
      cy
        .nodes()
        .map((each) => [each.id(), each.position()])
        .sort(),
    null,
  )
