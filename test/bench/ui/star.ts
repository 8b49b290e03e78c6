/** A lab that stands in the window: as many namespaces as asked for, around one bridge. */
import { createLabText } from '../../../electron/core/lab/print.js'
import { LabWindow } from '../../browser/window/window.js'
import { World } from '../../kernel/support/world.js'
import { topology } from '../topology.js'

export async function openStar(count: number): Promise<LabWindow> {
  const world = await World.ofUser()
  const file = world.file(`home/star-${count}.vethlab.yaml`, createLabText(topology('star', count)))
  const window = await LabWindow.open({ file }, world)
  await window.ready()
  await window.deploy()
  return window
}
