/**
 * The one place that a change by hand goes through: a gesture becomes changes of the lab's text, one step with a name, and
 * is carried out in the kernel at once where the lab stands. What the kernel refuses is taken back, and the reason said.
 */
import type { Beside, Gesture, Gestured, Place } from '../../electron/core/change/building.js'
import type { ObjectKind } from '../../electron/core/change/gestures.js'
import { connect, masquerade, neighbour, newObject, waysOut } from '../../electron/core/change/gestures.js'
import type { LabChange, Point } from '../../electron/core/change/lab-change.js'
import { copyParts } from '../../electron/core/change/parts.js'
import { replug } from '../../electron/core/change/replug.js'
import { formatEndpoint, parseEndpoint } from '../../electron/core/lab/endpoint.js'
import { hostNamespace, type Endpoint } from '../../electron/core/lab/lab.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Problem } from '../../electron/core/lab/problem.js'
import { own } from '../../electron/core/own.js'
import type { Rect } from '../canvas/drawing.js'
import { tidied, type Boxes, type NewPlaces } from '../canvas/align.js'
import { noteKey } from '../canvas/notes.js'
import { sameTarget, type Target } from '../canvas/selection.js'
import { Aim } from './aim.svelte.js'
import { Following, type Followed } from './following.svelte.js'
import { nameOf, targetOf, type Loose } from './place.js'
import { Refusal } from './refusal.svelte.js'
import { removal } from './removal.js'
import { currentLanguage, t, textOf } from '../i18n/text.svelte.js'
import type { Deploy } from '../state/deploy.svelte.js'
import { freeSpot } from './free-spot.js'
import type { Live } from '../state/live.svelte.js'
import type { LabDocument } from '../state/lab-document.svelte.js'
import { partsOf } from '../state/selection.svelte.js'
import type { Selection } from '../state/selection.svelte.js'
import { say, unsay } from '../state/tell.js'
import { touchedBy } from './touched.js'
import { walk } from './walk.js'

/** What undo says is replaced by what the next one says. */
const stepWords = 'step'
/** A note without a place of its own stands so far above the boxes (canvas units). */
const noteAbove = 60
/** What can be undone by what says it. */
const offerWords = 'offer'

export interface EditorSurroundings {
  readonly document: LabDocument
  readonly selection: Selection
  readonly deploy: Deploy
  readonly live: Live
  /** Where each namespace is drawn, by its name; empty where no picture is. */
  placed(): ReadonlyMap<string, Rect>
  /** Shows the field for the name of what is selected. */
  toName(): void
  /** Whether a finished gesture is carried out by itself: in a sandbox that runs, if the person wants it so. */
  atOnce(): boolean
}

export class Editor {
  private wanted = $state(false)
  /** The first end of a cable whose other end is to be chosen. */
  from = $state.raw<Place | null>(null)
  loose = $state.raw<Loose | null>(null)
  /** Interfaces of which one is to be chosen: NAT is out of it. */
  ways = $state.raw<readonly Endpoint[] | null>(null)
  /** The fields of what is selected want the keys; the first of them takes them. */
  fieldsWanted = $state(false)
  /** The object whose name is to be typed now; its field takes this once. */
  naming = $state<string | null>(null)
  /** The note whose text is typed now, by its place in the list. */
  noting = $state<number | null>(null)
  /** What the cable in the air would do. */
  readonly aim: Aim
  /** What the last gesture chose by itself, as long as what it left selected is. */
  readonly chosen: Gesture['reasons'] = $derived.by(() =>
    this.choices.selected === this.around.selection.all ? this.choices.reasons : [],
  )
  private choices = $state.raw<{ readonly reasons: Gesture['reasons']; readonly selected: readonly Target[] }>({
    reasons: [],
    selected: [],
  })
  readonly refusal: Refusal
  private readonly following: Following

  constructor(private readonly around: EditorSurroundings) {
    this.aim = new Aim(around.document, around.deploy, () => this.beside)
    this.refusal = new Refusal(around)
    this.following = new Following(around, (change, stays) => this.takenBack(change, stays))
  }

  readonly canEdit = $derived.by(() => {
    const { isOpen, labFile, locked } = this.around.document
    return isOpen && labFile !== null && locked === null
  })
  readonly on = $derived.by(() => this.wanted && this.canEdit)

  show(on: boolean): void {
    this.wanted = on
    this.forgetChosen()
    this.letGo()
  }

  private forgetChosen(): void {
    this.choices = { reasons: [], selected: [] }
  }

  /** Nothing of what was begun stays. True: there was something. */
  letGo(): boolean {
    const was = this.refusal.dismiss()
    const had = was || this.from !== null || this.loose !== null || this.ways !== null
    this.aim.at(null, null, null)
    this.from = null
    this.loose = null
    this.ways = null
    return had
  }

  /** Where a cable from an object begins: a bridge, or the namespace that it is in. */
  placeOf(target: Target | null): Place | null {
    if (!target || target.kind === 'cable' || target.kind === 'nat' || target.kind === 'note') return null
    if (target.kind === 'namespace') return { namespace: target.id }
    const { namespace, name } = partsOf(target.id)
    const bridges = own(this.file?.namespaces, namespace)?.bridges ?? {}
    const bridge = Object.hasOwn(bridges, name)
      ? name
      : Object.entries(bridges).find(([, entry]) => entry?.ports?.includes(name))?.[0]
    return { namespace, ...(bridge !== undefined && { bridge }) }
  }

  /** Everything that a cable can go to, but for where it comes from. */
  places(): readonly Place[] {
    const { from } = this
    const all = Object.entries(this.file?.namespaces ?? {}).flatMap(([namespace, entry]): Place[] => [
      { namespace },
      ...Object.keys(entry?.bridges ?? {}).map((bridge) => ({ namespace, bridge })),
    ])
    return all.filter((each) => from === null || nameOf(each) !== nameOf(from))
  }

  /** @param drop where it was dragged to, and the namespace that is drawn there */
  add(kind: ObjectKind, drop: { readonly at: Point; readonly over: string | null } | null = null): void {
    const { file } = this
    if (!file) return
    // Where it is dropped counts, and not what is selected.
    const home = (drop ? drop.over : this.around.selection.namespace) ?? ''
    const gesture = newObject(file, kind, {
      ...(drop && { at: drop.at }),
      home: Object.hasOwn(file.namespaces ?? {}, home) ? home : hostNamespace,
      beside: this.beside,
    })
    this.carryOut({ ok: true, ...gesture }, t('edit.add', { name: nameOf(gesture.made) }))
  }

  /** For a new box, on one side of another one; undefined where that is not drawn. */
  spotBeside(namespace: string, way: Point): Point | undefined {
    const placed = this.around.placed()
    const from = placed.get(namespace)
    return from && freeSpot(placed, from, way)
  }

  /** A cable begins there; it goes to what is chosen next. */
  begin(target: Target): void {
    this.letGo()
    this.from = this.placeOf(target)
    this.around.selection.target = target
  }

  /**
   * What a cable that is drawn would be plugged into now.
   * @param end the end of a cable that is plugged in elsewhere
   */
  point(from: Target | null, over: Target | null, end: string | null): void {
    this.aim.at(this.placeOf(from), this.placeOf(over), end === null ? null : parseEndpoint(end))
  }

  /** A cable begins at what is selected, or is chosen next. */
  beginCable(): void {
    this.letGo()
    this.from = this.placeOf(this.around.selection.target) ?? { namespace: hostNamespace }
  }

  /** The other end of a cable that was begun; else what is looked at from now on. */
  choose(target: Target | null, more = false): void {
    const place = this.from && this.placeOf(target)
    if (place) return this.plug(place)
    this.letGo()
    this.forgetChosen()
    if (!more) this.around.selection.target = target
    else if (target) this.around.selection.toggle(target)
  }

  /** A frame was drawn around them. */
  frame(targets: readonly Target[], more: boolean): void {
    this.letGo()
    const { selection } = this.around
    if (!more) selection.all = []
    selection.add(targets)
  }

  selectAll(): void {
    this.letGo()
    this.around.selection.all = [
      ...(this.file?.notes ?? []).map((_, at) => ({ kind: 'note', id: String(at) }) as const),
      ...Object.keys(this.file?.namespaces ?? {}).map((id) => ({ kind: 'namespace', id }) as const),
    ]
  }

  /** A cable was drawn to an object, or to nothing: then what is to be there is asked. */
  drop(from: Target, over: Target | null, where: Pick<Loose, 'at' | 'screen'>): void {
    const [begin, end] = [this.placeOf(from), this.placeOf(over)]
    this.letGo()
    if (begin && end) this.join(begin, end)
    else if (begin) this.loose = { from: begin, ...where }
  }

  plug(to: Place): void {
    const { from } = this
    this.letGo()
    if (from) this.join(from, to)
  }

  /** The end of a cable was drawn to an object; drawn to nothing, it stays where it is. */
  replug(end: string, over: Target | null): void {
    const { source } = this.around.document
    const to = this.placeOf(over)
    this.letGo()
    if (!source || !to) return
    const from = parseEndpoint(end)
    const gestured = replug(source, from, to, this.beside)
    const moved = gestured.ok && gestured.changes.find((each) => each.op === 'veth-move')
    const target = moved && ({ kind: 'interface', id: formatEndpoint(moved.to) } as const)
    this.carryOut(gestured, t('edit.replug', { name: end, to: nameOf(to) }), target ? [target] : null, [targetOf(to)])
  }

  private join(from: Place, to: Place): void {
    const { source } = this.around.document
    if (!source) return
    // What was chosen by itself is told beside one of the ends, and beside nothing else.
    const isShown = [from, to].some(({ namespace }) => namespace === this.around.selection.namespace)
    const label = t('edit.connect', { from: nameOf(from), to: nameOf(to) })
    this.carryOut(connect(source, from, to, this.beside), label, isShown ? null : [targetOf(from)], [
      targetOf(to),
      targetOf(from),
    ])
  }

  /** A new object at the other end of a cable. */
  grow(from: Place, kind: ObjectKind, at?: Point): void {
    const source = this.around.document.source
    this.letGo()
    if (!source) return
    const gestured = neighbour(source, from, kind, { at, beside: this.beside })
    const made = gestured.ok ? nameOf(gestured.made) : ''
    this.carryOut(gestured, t('edit.grow', { name: made, from: nameOf(from) }), null, [targetOf(from)])
  }

  /** NAT out of an interface; else out of one that is chosen next. */
  hide(target: Target | null): void {
    if (target?.kind === 'interface') return this.hideBehind(parseEndpoint(target.id))
    this.letGo()
    if (!this.file) return
    const own = target?.kind === 'namespace' ? waysOut(this.file, target.id) : []
    const ways = own.length > 0 ? own : waysOut(this.file, null)
    if (ways.length === 0) say(t('edit.natWhere'), stepWords)
    else this.ways = ways
  }

  hideBehind(way: Endpoint): void {
    const { source } = this.around.document
    this.letGo()
    const name = formatEndpoint(way)
    const at: readonly Target[] = [{ kind: 'interface', id: name }]
    if (source) this.carryOut(masquerade(source, way), t('edit.nat', { name }), at, at)
  }

  /** To the object beside, along a cable. */
  walk(way: Point): void {
    const { document, selection } = this.around
    const from = this.placeOf(selection.target)
    const to = from && document.lab && walk(document.lab, this.around.placed(), from, way)
    if (to) selection.target = targetOf(to)
  }

  /** @param at in canvas units; else above the picture */
  addNote(at: Point | null = null): void {
    const { file } = this
    if (!file) return
    const boxes = [...this.around.placed().values(), ...(file.notes ?? [])]
    const free = boxes.length === 0 ? { x: 0, y: 0 } : { x: left(boxes), y: top(boxes) - noteAbove }
    const entry = { text: t('note.first'), ...(at ?? free) }
    const id = file.notes?.length ?? 0
    if (!this.commit([{ op: 'note-add', entry }], t('note.add'))) return
    this.around.selection.target = { kind: 'note', id: String(id) }
    this.noting = id
  }

  /** In the window's language, where the note has several. Without a text there is no note. */
  setNote(at: number, text: string): void {
    const entry = this.file?.notes?.[at]
    if (!entry || textOf(entry.text) === text) return
    if (text.trim() === '') return this.remove([{ kind: 'note', id: String(at) }])
    const words = typeof entry.text === 'string' ? text : { ...entry.text, [currentLanguage()]: text }
    this.commit([{ op: 'note-set', at, entry: { ...entry, text: words } }], t('note.set'))
  }

  /** With all that names it. */
  remove(targets: readonly Target[]): void {
    const { file } = this
    const changes = file ? removal(file, targets) : []
    if (changes.length === 0) return
    const [only] = targets
    const label =
      targets.length === 1 && only
        ? t('edit.remove', { name: calledOf(only) })
        : t('edit.removeMany', { count: targets.length })
    if (!this.commit(changes, label)) return
    this.around.selection.target = null
    say(t('edit.done', { what: label }), offerWords, { label: t('action.undo'), run: () => this.undo() })
  }

  /** Boxes of what is selected, further that way (canvas units). */
  nudge(by: Point): void {
    const placed = this.around.placed()
    const places = this.around.selection.all.flatMap(({ kind, id }): [string, Point][] => {
      const [key, at] = kind === 'note' ? [noteKey(id), this.file?.notes?.[Number(id)]] : [id, placed.get(id)]
      return at && (kind === 'note' || kind === 'namespace') ? [[key, { x: at.x + by.x, y: at.y + by.y }]] : []
    })
    if (places.length > 0) this.around.document.place(places)
  }

  /** Order among the boxes that are selected: new places of them, by where they and all others are drawn. */
  arrange(order: (boxes: Boxes, others: readonly Rect[]) => NewPlaces, label: string): void {
    const { selection, document } = this.around
    const chosen = new Set(selection.namespaces)
    const placed = [...this.around.placed()]
    const boxes = new Map(placed.filter(([name]) => chosen.has(name)))
    const others = placed.flatMap(([name, box]) => (chosen.has(name) ? [] : [box]))
    if (boxes.size > 0) document.place(order(boxes, others), label)
  }

  /** The selected boxes, laid out as a lab of their own; the rest stays. */
  tidy(): void {
    const { source } = this.around.document
    const parts = source && copyParts(source, this.around.selection.namespaces)
    const { lab } = parts ? parseLabText(parts.text, '') : { lab: null }
    if (!lab) return
    const label = t('edit.tidy', { count: this.around.selection.namespaces.length })
    this.arrange((boxes, others) => tidied(boxes, others, lab, currentLanguage()), label)
  }

  /** A change from a menu. */
  apply(changes: readonly LabChange[], label: string): void {
    this.commit(changes, label)
  }

  /** Undefined: done. Else why not. */
  rename(target: Target, to: string): readonly Problem[] | undefined {
    if (target.kind === 'cable' || target.kind === 'nat' || target.kind === 'note') return
    const change: LabChange =
      target.kind === 'namespace'
        ? { op: 'namespace-rename', namespace: target.id, to }
        : { op: 'link-rename', ...partsOf(target.id), to }
    const problems = this.set([change], t('edit.rename', { name: target.id, to }))
    if (problems) return problems
    const id = target.kind === 'namespace' ? to : `${partsOf(target.id).namespace}:${to}`
    if (sameTarget(this.around.selection.target, target)) this.around.selection.target = { ...target, id }
    return undefined
  }

  /** What was typed into a field; undefined: done. Else why not. */
  set(changes: readonly LabChange[], label: string): readonly Problem[] | undefined {
    this.forgetChosen()
    this.refusal.dismiss()
    const { follows } = this.following
    const changed = this.around.document.change(changes, { label })
    if (!changed.ok) return changed.problems
    const back = (): unknown => this.around.document.undo()
    if (follows) void this.following.follow({ label, touched: touchedBy(changes), back })
    return undefined
  }

  /** What was typed in the lab's text; it is a lab. */
  write(text: string): void {
    this.forgetChosen()
    this.letGo()
    const { document } = this.around
    const { follows } = this.following
    const label = t('file.step', { line: firstDifferentLine(document.text, text) })
    document.edit(text, { label })
    this.deselectGone()
    if (follows) void this.following.follow({ label, touched: [], back: () => document.undo() })
  }

  undo(): void {
    this.forgetChosen()
    this.letGo()
    const { follows } = this.following
    const { document } = this.around
    const label = document.undo()
    unsay(offerWords)
    this.stepped(label === null ? null : t('edit.undone', { what: label }), follows, () => document.redo())
  }

  redo(): void {
    this.forgetChosen()
    this.letGo()
    const { follows } = this.following
    const { document } = this.around
    const label = document.redo()
    this.stepped(label === null ? null : t('edit.redone', { what: label }), follows, () => document.undo())
  }

  private stepped(said: string | null, follows: boolean, back: () => unknown): void {
    if (said !== null) say(said, stepWords)
    this.deselectGone()
    if (follows) void this.following.follow({ label: said ?? t('action.undo'), touched: [], back })
  }

  /** What is not in the lab any more is no object of the next gesture. */
  private deselectGone(): void {
    const { selection, document } = this.around
    const { lab } = document
    if (!lab) return
    const isThere = (target: Target): boolean => {
      const [end = ''] = target.id.split('~')
      if (target.kind === 'namespace') return lab.namespaces.has(target.id)
      if (target.kind === 'note') return Number(target.id) < lab.notes.length
      const { namespace, name } = partsOf(end)
      return lab.namespaces.get(namespace)?.interfaces.some((each) => each.name === name) ?? false
    }
    if (!selection.all.every(isThere)) selection.all = selection.all.filter(isThere)
    // Nor is it where a cable begins, or what NAT is out of.
    const { from, ways } = this
    if (from && !isThere(targetOf(from))) this.letGo()
    else if (ways && !ways.every(({ namespace }) => lab.namespaces.has(namespace))) this.letGo()
  }

  /** The text as it was when the lab was last carried out: one step back over all of the edits since. */
  discard(): void {
    const { standingText } = this.around.deploy
    if (standingText === null) return
    this.letGo()
    this.around.document.edit(standingText, { label: t('edit.discard') })
  }

  /** What was made by hand stays: nothing of it is in the way of a name, an address or a port. */
  get beside(): Beside {
    const namespaces = this.around.live.state?.namespaces ?? []
    return {
      namespaces: namespaces.map(({ name }) => name),
      interfaces: namespaces.flatMap(({ name: namespace, links }) =>
        links.map(({ name }) => ({ namespace, interface: name })),
      ),
      subnets: namespaces.flatMap(({ addresses }) =>
        addresses.flatMap(({ dev, address }) => (dev === 'lo' ? [] : address)),
      ),
    }
  }

  private get file(): LabFile | null {
    return this.around.document.labFile
  }

  /**
   * @param several what is selected then, where that is not the one object whose name is typed next
   * @param about what it is done to: what is said of it is said there, where it cannot be done
   */
  carryOut(
    gestured: Gestured,
    label: string,
    several: readonly Target[] | null = null,
    about: readonly Target[] = [],
  ): void {
    this.refusal.dismiss()
    if (!gestured.ok) return this.refusal.ofLab(label, gestured.problems, about)
    if (!this.commit([...gestured.changes, ...this.kept(gestured.changes)], label)) return
    this.deselectGone()
    const { selection } = this.around
    const made = gestured.changes.find(({ op }) => op === 'namespace-add' || op === 'bridge-add')
    if (several) selection.all = several
    else if (made) {
      selection.target = targetOf(gestured.made)
      this.around.toName()
      this.naming = selection.target?.id ?? null
    }
    this.choices = { reasons: gestured.reasons, selected: selection.all }
  }

  /** Where a hand has placed a box, the others stay where they are drawn, also when the lab is opened another time. */
  private kept(changes: readonly LabChange[]): LabChange[] {
    const { file } = this
    if (!file || !changes.some((change) => change.op === 'namespace-add' && change.at)) return []
    return [...this.around.placed()].flatMap(([name, { x, y }]): LabChange[] =>
      Object.hasOwn(file.layout ?? {}, name) || !(name === hostNamespace || Object.hasOwn(file.namespaces ?? {}, name))
        ? []
        : [{ op: 'layout-set', name, at: { x: Math.round(x), y: Math.round(y) } }],
    )
  }

  private commit(changes: readonly LabChange[], label: string): boolean {
    const problems = this.set(changes, label)
    if (problems) this.refusal.ofLab(label, problems, touchedBy(changes))
    return problems === undefined
  }

  /**
   * The kernel did not take a change: of it nothing stays but why not.
   * @param stays what came meanwhile may be right
   */
  private takenBack({ label, touched, back }: Followed, stays: boolean): void {
    const { deploy } = this.around
    const spot = this.refusal.spot(touched)
    if (!stays) {
      back()
      unsay(stepWords)
    }
    this.deselectGone()
    deploy.runningPlan = null
    if (deploy.failure) this.refusal.ofKernel(label, deploy.failure, touched, spot)
  }
}

const left = (boxes: readonly Point[]): number => Math.min(...boxes.map(({ x }) => x))
const top = (boxes: readonly Point[]): number => Math.min(...boxes.map(({ y }) => y))

const calledOf = ({ kind, id }: Target): string => {
  if (kind === 'note') return t('note.note')
  if (kind === 'nat') return t('edit.natOf', { name: id })
  return kind === 'cable' ? (id.split('~')[0] ?? '') : id
}

/** From 1. */
function firstDifferentLine(before: string, after: string): number {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const at = b.findIndex((line, i) => line !== a[i])
  return (at < 0 ? b.length : at) + 1
}
