/**
 * On the machine's own namespace a lab is a guest: what it adds there beside the objects of others carries a mark, so
 * that it can be told, and taken back, without taking anybody else's. Links are known by the MAC they were made with,
 * namespaces by their cookie; routes and rules by these.
 */
import { hostNamespace } from '../lab/lab.js'

/**
 * RTA_PROTOCOL of our routes. Numbers above 4 are free for routing daemons (linux/rtnetlink.h), and this one is nobody's
 * in iproute2's rt_protos. The kernel deletes only the route that has the protocol it is asked for.
 */
export const routeMark = 86

/** What every rule of a lab carries behind `-m comment --comment`. Names of labs hold no blanks. */
export const ruleMark = (lab: string): string => `vethlab:${lab}`

/** The marks that a plan gives to what it makes in `host`; none in a sandbox. */
export interface Marks {
  readonly comment: string
  readonly protocol: number
}

export const marksOf = (lab: string): Marks => ({ comment: ruleMark(lab), protocol: routeMark })

/** The marks that count in a namespace. */
export const marksIn = (marks: Marks | null, namespace: string): Marks | null =>
  namespace === hostNamespace ? marks : null
