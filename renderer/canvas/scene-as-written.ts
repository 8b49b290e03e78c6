/**
 * The picture of a lab as it is written, while something in the kernel is hidden and has to be found: no box, port or cable
 * tells what is otherwise there. What somebody makes beside the lab meanwhile is drawn.
 */
import type { Lab, LabNamespace } from '../../electron/core/lab/lab.js'
import type { LiveNamespace, LiveState } from '../../electron/core/live/state.js'
import { buildScene, type SceneSources } from './build-scene.js'
import { interfaceId, type InterfaceState, type Scene, type SceneNamespace } from './scene.js'
import { firewallRules } from './scene-rules.js'

/** Pure. @returns the same scene for every live state that differs from another one in the lab's own objects alone */
export function sceneAsWritten({
  lab,
  live,
  captions,
}: Omit<SceneSources, 'standing'> & { readonly lab: Lab; readonly live: LiveState }): Scene {
  const besides = live.namespaces.map((each) => besideLab(each, lab.namespaces.get(each.name)))
  const scene = buildScene({ lab, live: { ...live, namespaces: besides }, ...(captions && { captions }) })
  const namespaces = scene.namespaces.map((each) => standing(each, lab.namespaces.get(each.id)))
  const states = new Map(namespaces.flatMap(({ interfaces }) => interfaces.map(({ id, state }) => [id, state])))
  return {
    namespaces,
    cables: scene.cables.map((cable) =>
      cable.presence === 'planned'
        ? { ...cable, presence: 'live', carries: cable.ends.every((end) => states.get(end) === 'up') }
        : cable,
    ),
  }
}

/** What of a namespace the lab says nothing of: interfaces that it does not have. */
function besideLab(live: LiveNamespace, own: LabNamespace | undefined): LiveNamespace {
  if (!own) return live
  const named = new Set(own.interfaces.map(({ name }) => name))
  return {
    ...live,
    links: live.links.filter(({ name }) => !named.has(name)),
    addresses: live.addresses.filter(({ dev }) => !named.has(dev)),
    routes: [],
    ruleset: { nft: [], iptables: [] },
    sysctls: {},
  }
}

/** As it is once the lab stands. */
function standing(scene: SceneNamespace, own: LabNamespace | undefined): SceneNamespace {
  if (!own) return scene
  const wanted = new Map(own.interfaces.map((each) => [interfaceId(own.name, each.name), each]))
  const stateOf = (id: string, state: InterfaceState): InterfaceState => {
    const each = wanted.get(id)
    if (!each) return state
    return each.up ? 'up' : 'down'
  }
  const settled = <Part extends { readonly presence: string }>(part: Part): Part =>
    part.presence === 'planned' ? { ...part, presence: 'live' } : part
  return {
    ...settled(scene),
    forwarding: own.forwarding === true,
    firewallRules: firewallRules(own, undefined),
    nat: scene.nat.map(settled),
    routes: scene.routes.map(settled),
    interfaces: scene.interfaces.map((each) => ({
      ...settled(each),
      state: stateOf(each.id, each.state),
      addresses: each.addresses.map(settled),
    })),
  }
}
