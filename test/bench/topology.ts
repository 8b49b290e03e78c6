/** The two shapes that are measured, as lab files: a star on one bridge, and a line of routers. */
import type { LabFile } from '../../electron/core/lab/schema.js'

export type Shape = 'star' | 'line'

const address = (offset: number): string => `10.${(offset >> 16) & 255}.${(offset >> 8) & 255}.${offset & 255}`

export function topology(shape: Shape, count: number): LabFile {
  return shape === 'star' ? star(count) : line(count)
}

/** `count` namespaces on one bridge, address and default route each. */
function star(count: number): LabFile {
  const leaves = Array.from({ length: count }, (_, index) => index)
  return {
    vethlab: 1,
    name: `star-${count}`,
    namespaces: {
      host: { bridges: { bridge0: { addresses: ['10.0.0.1/16'], ports: leaves.map((leaf) => `p${leaf}`) } } },
      ...Object.fromEntries(
        leaves.map((leaf) => [
          `n${leaf}`,
          {
            interfaces: { eth0: { addresses: [`${address(leaf + 2)}/16`] } },
            routes: [{ to: 'default', via: '10.0.0.1' }],
          },
        ]),
      ),
    },
    links: leaves.map((leaf) => [`host:p${leaf}`, `n${leaf}:eth0`]),
  }
}

/** `count` routers in a line: /30 links, forwarding, two routes each. */
function line(count: number): LabFile {
  const routers = Array.from({ length: count }, (_, index) => index)
  return {
    vethlab: 1,
    name: `line-${count}`,
    namespaces: Object.fromEntries(
      routers.map((router) => [
        `r${router}`,
        {
          forwarding: true,
          interfaces: {
            ...(router > 0 ? { left: { addresses: [`${address((router - 1) * 4 + 2)}/30`] } } : {}),
            ...(router + 1 < count ? { right: { addresses: [`${address(router * 4 + 1)}/30`] } } : {}),
          },
          routes: [
            ...(router + 1 < count ? [{ to: 'default', via: address(router * 4 + 2) }] : []),
            ...(router > 1 ? [{ to: '10.0.0.0/30', via: address((router - 1) * 4 + 1) }] : []),
          ],
        },
      ]),
    ),
    links: routers.slice(1).map((router) => [`r${router - 1}:right`, `r${router}:left`]),
  }
}
