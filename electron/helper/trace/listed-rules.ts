/** The rules of one chain, in their order, as nft(8) lists them. */
import { runIn } from '../run.js'

export interface ListedRule {
  readonly handle: number
  /** Without its handle. */
  readonly rule: string
}

/** None where the chain cannot be listed. */
export async function listedRules(
  namespace: string,
  { family, table, chain }: { readonly family: string; readonly table: string; readonly chain: string },
): Promise<readonly ListedRule[]> {
  const { stdout } = await runIn(namespace, 'nft', ['-a', 'list', 'chain', family, table, chain])
  return stdout.split('\n').flatMap((line) => {
    const [, rule, handle] = /^\s*(?!(?:table|chain) )(\S.*) # handle (\d+)$/.exec(line) ?? []
    return rule === undefined ? [] : [{ handle: Number(handle), rule: rule.trim() }]
  })
}
