/** What is done to one object of the picture, in Live and in Edit: the menu of the object, and the palette. */
import { formatEndpoint } from '../../electron/core/lab/endpoint.js'
import { own } from '../../electron/core/own.js'
import type { Target } from '../canvas/selection.js'
import { t } from '../i18n/text.svelte.js'
import type { Action } from '../state/actions.js'
import type { App } from '../state/app.svelte.js'
import { partsOf } from '../state/selection.svelte.js'
import { say } from '../state/tell.js'
import { copyText } from '../ui/clipboard.js'

export function objectActions(app: App): readonly Action[] {
  const { editor, live, selection, session, settings, traces } = app
  /** The end of a cable stands for it. */
  const end = (): { namespace: string; name: string } | null => {
    const { target } = selection
    if (!target || target.kind === 'namespace' || target.kind === 'note') return null
    return partsOf(target.id.split('~')[0] ?? '')
  }
  const isLive = (): boolean => session.ready && selection.namespace !== null && live.byName.has(selection.namespace)
  const addressOf = (target: Target | null): string | null => {
    if (!target || target.kind === 'cable' || target.kind === 'note') return null
    const { namespace, name } = target.kind === 'namespace' ? { namespace: target.id, name: null } : partsOf(target.id)
    const found = live
      .namespace(namespace)
      ?.addresses.find(
        ({ dev, address }) => (name === null ? dev !== 'lo' : dev === name) && !address.startsWith('fe80:'),
      )
    return found?.address.split('/')[0] ?? null
  }
  const link = () => {
    const at = end()
    return at && live.namespace(at.namespace)?.links.find(({ name }) => name === at.name)
  }
  /** Only what the lab says can be said otherwise. */
  const isInLab = (): boolean => {
    const at = end()
    const entry = at && app.document.lab?.namespaces.get(at.namespace)
    return (entry?.interfaces.some(({ name }) => name === at?.name) ?? false) && editor.canEdit
  }
  const isCable = (): boolean => {
    const at = end()
    const entry = at && app.document.lab?.namespaces.get(at.namespace)
    return (entry?.interfaces.some(({ name, kind }) => name === at?.name && kind === 'veth') ?? false) && editor.canEdit
  }
  const saidUp = (): boolean => {
    const at = end()
    const entry = at && own(app.document.labFile?.namespaces, at.namespace)
    return (at && own(entry?.interfaces, at.name)?.up) ?? true
  }
  const setUp = (up: boolean): void => {
    const at = end()
    if (!at) return
    const label = t(up ? 'edit.setUp' : 'edit.setDown', { name: `${at.namespace}:${at.name}` })
    editor.apply([{ op: 'link-up', ...at, up: up ? null : false }], label)
  }
  const cable = () => {
    const at = end()
    return (
      at &&
      app.document.lab?.links.find(({ ends }) =>
        ends.some((each) => each.namespace === at.namespace && each.interface === at.name),
      )
    )
  }
  const pulledAt = (): string | null => {
    const pulled = cable()?.unplugged
    return pulled ? formatEndpoint(pulled) : null
  }
  const plug = (out: boolean): void => {
    const at = end()
    if (!at) return
    const here = { namespace: at.namespace, interface: at.name }
    const name = pulledAt() ?? formatEndpoint(here)
    const label = t(out ? 'edit.unplug' : 'edit.plugIn', { name })
    editor.apply([{ op: 'unplug-set', end: here, unplugged: out || null }], label)
  }
  const copy = async (text: string | null | undefined): Promise<void> => {
    if (text && (await copyText(text))) say(t('edit.copiedText', { text }), 'copied')
  }
  return [
    {
      id: 'terminal-here',
      label: 'action.terminalHere',
      enabled: isLive,
      run: () => {
        if (selection.namespace !== null) void app.showTerminal(selection.namespace)
      },
    },
    {
      id: 'trace-from',
      label: 'action.traceFrom',
      enabled: isLive,
      run: () => {
        if (selection.namespace === null) return
        traces.form.chooseFrom(selection.namespace)
        traces.form.focuser?.()
      },
    },
    {
      id: 'trace-to',
      label: 'action.traceTo',
      enabled: () => isLive() && addressOf(selection.target) !== null,
      run: () => {
        const address = addressOf(selection.target)
        if (address === null) return
        traces.form.typeTo(address)
        traces.form.focuser?.()
      },
    },
    {
      id: 'set-down',
      label: 'action.setDown',
      changes: true,
      enabled: () => isInLab() && saidUp(),
      run: () => setUp(false),
    },
    {
      id: 'set-up',
      label: 'action.setUp',
      changes: true,
      enabled: () => isInLab() && !saidUp(),
      run: () => setUp(true),
    },
    {
      id: 'unplug-cable',
      label: 'action.unplugCable',
      changes: true,
      enabled: () => isCable() && pulledAt() === null,
      run: () => plug(true),
    },
    {
      id: 'plug-cable',
      label: 'action.plugCable',
      changes: true,
      enabled: () => pulledAt() !== null,
      run: () => plug(false),
    },
    {
      id: 'impair',
      label: 'action.impair',
      enabled: isCable,
      run: () => {
        const at = end()
        const each =
          at && app.document.lab?.namespaces.get(at.namespace)?.interfaces.find(({ name }) => name === at.name)
        if (!at || each?.kind !== 'veth') return
        app.beginEditing()
        const ends = [`${at.namespace}:${at.name}`, `${each.peer.namespace}:${each.peer.interface}`]
        selection.target = { kind: 'cable', id: ends.toSorted().join('~') }
        settings.set({ inspector: true })
        editor.fieldsWanted = true
      },
    },
    {
      id: 'copy-name',
      label: 'action.copyName',
      enabled: () => selection.target !== null && selection.target.kind !== 'note',
      run: () => void copy(end()?.name ?? selection.namespace),
    },
    {
      id: 'copy-address',
      label: 'action.copyAddress',
      enabled: () => addressOf(selection.target) !== null,
      run: () => void copy(addressOf(selection.target)),
    },
    { id: 'copy-mac', label: 'action.copyMac', enabled: () => !!link()?.mac, run: () => void copy(link()?.mac) },
  ]
}
