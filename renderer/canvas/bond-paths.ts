/** Members of a bond in a box that routes: their lines meet at the bond, and only the bond's leads to the router. */
import type { InnerPath, Point } from './drawing.js'
import type { SceneInterface } from './scene.js'
import { simplify } from './path.js'

/** Distance from the border at which lines turn that meet at a bond on the same side. */
const claspInset = 24

/** @param paths each ends at its interface, the bonds' among them */
export function claspBonds(paths: readonly InnerPath[], interfaces: readonly SceneInterface[]): InnerPath[] {
  const bonds = new Map(
    interfaces.flatMap(({ id, namespace, bond }) => (bond === undefined ? [] : [[id, `${namespace}:${bond}`]])),
  )
  return paths.map((path) => {
    const bond = bonds.get(path.to)
    const [at, end] = [paths.find(({ to }) => to === bond)?.points.at(-1), path.points.at(-1)]
    return bond === undefined || !at || !end
      ? path
      : { ...path, from: bond, points: clasp(at, end, path.points.at(-2) ?? at) }
  })
}

/** From the bond to its member, whose line comes to its border as before. */
function clasp(bond: Point, member: Point, before: Point): Point[] {
  const comesAcross = before.y === member.y
  const x = comesAcross ? member.x + Math.sign(before.x - member.x) * claspInset : member.x
  return simplify([bond, { x, y: bond.y }, { x, y: member.y }, member])
}
