/**
 * Entry of a thread that does nothing but make namespaces without names, as many as are wanted. It sleeps in between, and
 * ends when it is told that no more will be.
 */
import { workerData } from 'node:worker_threads'
import { Refusal } from '../errno.js'
import * as libc from '../libc.js'
import { FreshSettings } from '../fresh.js'
import { type MakerData, SpareRing } from './shared.js'

const { memory, home } = workerData as MakerData
const ring = new SpareRing(memory)
const fresh = new FreshSettings()

while (ring.untilWanted()) {
  ring.untilRoom()
  if (!ring.claimBusy()) continue
  const held = libc.unshare(libc.CLONE_NEWNET) === 0 ? fresh.hold() : libc.lastRefusal()
  // A thread that stays in a namespace would keep it.
  if (libc.setns(home, libc.CLONE_NEWNET) !== 0) throw new Error(libc.lastRefusal().message)
  if (held instanceof Refusal) ring.putRefusal(held.errno)
  else ring.put(held)
  ring.rest()
}
