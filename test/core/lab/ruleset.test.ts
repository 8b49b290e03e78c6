/** Texts of rules: which tables they fill, and that nothing but rules is in them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inEnglish } from '../../../electron/core/words/said.js'
import { normalisedSaved, readSaved, savedText, savedWords } from '../../../electron/core/lab/ruleset/iptables-text.js'
import { normalisedNft, readNft } from '../../../electron/core/lab/ruleset/nft-text.js'
import { textLimit } from '../../../electron/core/lab/ruleset/refusal.js'

const nftRefusal = (text: string): string | null => {
  const read = readNft(text)
  return 'message' in read ? `${read.line} ${inEnglish(read.message)}` : null
}
const savedRefusal = (text: string): string | null => {
  const read = readSaved(text)
  return 'message' in read ? `${read.line} ${inEnglish(read.message)}` : null
}
const nftTables = (text: string): readonly string[] => {
  const read = readNft(text)
  return 'message' in read ? [inEnglish(read.message)] : read.tables.map(({ family, name }) => `${family} ${name}`)
}

describe('a native rule set', () => {
  test.each([
    ['table inet filter {\n  chain c { }\n}\n', ['inet filter']],
    ['table filter { }', ['ip filter']],
    ['add table ip nat\nadd chain ip nat post { type nat hook postrouting priority 100 ; }', ['ip nat']],
    ['add rule nat post masquerade; rule ip6 other c drop', ['ip nat', 'ip6 other']],
    [
      'table inet x\ndelete table inet x\ntable inet x { set s { type ipv4_addr; elements = { 1.2.3.4 } } }',
      ['inet x'],
    ],
    ['table inet x; delete table inet x', []],
    ['define a = { 1.2.3.4, 1.2.3.5 }\n# table ip no\ntable ip yes { comment "table ip no { include" }', ['ip yes']],
    ['table inet my-includes { chain included { } }', ['inet my-includes']],
  ])('%s', (text, tables) => {
    expect(nftTables(text)).toEqual(tables)
  })

  test('on one line becomes lines that older versions of nft read', () => {
    const text =
      'table inet f { set s { type ipv4_addr; elements = { 1.1.1.1 } } chain c { tcp dport { 22, 80 } accept } }'
    expect(readNft(text)).toMatchObject({
      script:
        'table inet f { set s { type ipv4_addr; elements = { 1.1.1.1 }\n}\nchain c { tcp dport { 22, 80 } accept\n}\n}\n',
    })
  })

  test.each([
    ['include "/etc/passwd"', '1 "include" reads a file, which rules of a lab may not.'],
    ['table inet x {\n include "a"\n}', '2 "include" reads a file, which rules of a lab may not.'],
    ['table inet x { chain c {\ninclude"a" } }', '2 "include" reads a file, which rules of a lab may not.'],
    ['add rule ip a b tcp dport @/etc/x accept', '1 The rules name a file, which rules of a lab may not.'],
    ['"a" include "/etc/passwd"', '1 "include" reads a file, which rules of a lab may not.'],
    ['# "\ninclude "/x"', '2 "include" reads a file, which rules of a lab may not.'],
    ['table inet x { } "', '1 A quotation mark is never closed.'],
    ['table inet x {\n', '1 A brace is never closed.'],
    ['table inet x { } }', '1 A brace is closed that was never opened.'],
    ['flush ruleset', '1 "flush ruleset" would throw away what is not this text\'s.'],
    ['list ruleset', '1 "list" makes no rules.'],
    ['monitor', '1 "monitor" makes no rules.'],
    ['table inet $(reboot) { }', '1 "$(reboot)" is no name of a table.'],
    ['table inet x { }\u0000include "/x"', '1 The rules hold a character that is no text.'],
    ['x'.repeat(textLimit + 1), `1 The rules are ${textLimit + 1} characters long; ${textLimit} are possible.`],
  ])('%s is refused', (text, refusal) => {
    expect(nftRefusal(text)).toBe(refusal)
  })

  test('is the same with other blanks, comments and ends of statements', () => {
    const listed = 'table inet f {\n\tchain c {\n\t\tcomment "a  b"\n\t\ttcp dport 80 accept\n\t}\n}\n'
    expect(normalisedNft('# mine\ntable inet f { chain c { comment "a  b"; tcp dport  80 accept; }; }')).toBe(
      normalisedNft(listed),
    )
    expect(normalisedNft(listed)).not.toBe(normalisedNft(listed.replace('a  b', 'a b')))
    expect(normalisedNft('table ip n { chain p { type nat hook postrouting priority srcnat; oifname "e0" }')).toBe(
      normalisedNft('table ip n { chain p { type nat hook postrouting priority 100; oifname e0; }'),
    )
  })
})

describe('text of iptables-save', () => {
  const wrap = (line: string): string => `*filter\n${line}\nCOMMIT\n`

  test('is read into tables, and printed again', () => {
    const text =
      '# mine\n*nat\n:PREROUTING ACCEPT [3:4]\nCOMMIT\n*filter\n:FORWARD DROP [0:0]\n:WEB - [0:0]\n-A FORWARD -j WEB\n[1:2] -A WEB -m comment --comment "a b" -j DROP\nCOMMIT\n'
    const tables = readSaved(text)
    if ('message' in tables) throw new Error(inEnglish(tables.message))
    expect(normalisedSaved(tables)).toBe(
      '*filter\n:FORWARD DROP\n:WEB -\n-A FORWARD -j WEB\n-A WEB -m comment --comment "a b" -j DROP',
    )
    const again = readSaved(savedText(tables))
    expect('message' in again ? again : normalisedSaved(again)).toBe(normalisedSaved(tables))
  })

  test.each([
    '-A INPUT -m comment --comment "see /etc/hosts" -j ACCEPT',
    '-A INPUT -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j LOG --log-prefix "../x: "',
    '-A INPUT -m mark --mark 0x1/0xff -s 10.0.0.0/255.0.0.0 ! -d fd00::/8 -j RETURN',
    '-A INPUT -m statistic --mode random --probability 0.50000000000 -j RETURN',
    '-P FORWARD DROP',
    '-N MINE',
  ])('%s is a rule', (line) => {
    expect(savedRefusal(wrap(line))).toBeNull()
  })

  test.each([
    [
      '-A INPUT -m bpf --object-pinned /sys/fs/bpf/x -j DROP',
      '"--object-pinned" names a file or a program, which rules of a lab may not.',
    ],
    ['-A INPUT -m bpf --obj /sys/fs/bpf/x -j DROP', '"--obj" names a file or a program, which rules of a lab may not.'],
    ['-A INPUT -m cgroup --path x -j DROP', '"--path" names a file or a program, which rules of a lab may not.'],
    ['-A INPUT -M /tmp/x -j DROP', '"-M" names a file or a program, which rules of a lab may not.'],
    [
      '-A INPUT --modprobe=/tmp/x -j DROP',
      '"--modprobe=/tmp/x" names a file or a program, which rules of a lab may not.',
    ],
    ['-A INPUT -m comment --comment -M /tmp/x', '"-M" names a file or a program, which rules of a lab may not.'],
    ['-A INPUT -vM/tmp/x', '"-vM/tmp/x" is no option that iptables-save writes.'],
    ['-A INPUT -m ../../tmp/x -j DROP', '"../../tmp/x" is no name of a match, a target or a chain.'],
    ['-A INPUT -j /tmp/x', '"/tmp/x" is no name of a match, a target or a chain.'],
    ['-A INPUT -m set --match-set @/etc/x src', '"@/etc/x" names a file or a program, which rules of a lab may not.'],
    ['-A INPUT -s example.com -j DROP', '"example.com" is no address.'],
    ['-A INPUT "-M" x', '"-M" names a file or a program, which rules of a lab may not.'],
    ['-F INPUT', '"-F" begins no line of iptables-save.'],
    ['-A INPUT -m comment --comment "a', 'A quotation mark is never closed.'],
    [`#${'x'.repeat(10_239)}-A INPUT -M /tmp/x`, 'The line is longer than iptables reads in one.'],
    ['-A INPUT\u0000-M x', 'The rules hold a character that is no text.'],
  ])('%s is refused', (line, refusal) => {
    expect(savedRefusal(wrap(line))).toBe(`2 ${refusal}`)
  })

  test.each([
    ['-A INPUT -j DROP\nCOMMIT\n', '1 The line stands before any table.'],
    ['*passwd\nCOMMIT\n', '1 There is no table "passwd".'],
    ['*filter\n', '2 The last table is not finished.'],
  ])('%j is refused', (text, refusal) => {
    expect(savedRefusal(text)).toBe(refusal)
  })

  test('words are parted as iptables-restore parts them', () => {
    expect(savedWords('-A  INPUT "a \\" b"c\td\\e')).toEqual(['-A', 'INPUT', 'a " b', 'c', 'd\\e'])
  })
})

describe('whatever is written', () => {
  const piece = fc.constantFrom(
    ...['include ', '"/etc/passwd"', '"', '#', '\n', ';', '{', '}', ' ', '\\\n', 'table inet t', 'chain c', '@/x', 'a'],
    ...[
      'include',
      '1include',
      '-include',
      '*filter',
      ':X - [0:0]',
      '-A X',
      '-M',
      '--mod',
      '/etc/x',
      'COMMIT',
      '\\"',
      '-j ',
    ],
  )
  const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''))

  /** A second reading, as plain as can be: what is neither in a string nor in a comment. */
  function bare(source: string): string {
    let [rest, state] = ['', 'code']
    for (const character of source) {
      if (state === 'code' && character === '"') state = 'string'
      else if (state === 'string' && character === '"') [rest, state] = [`${rest} `, 'code']
      else if (state === 'code' && character === '#') state = 'comment'
      else if (state === 'comment' && character === '\n') [rest, state] = [`${rest}\n`, 'code']
      else if (state === 'code') rest += character
    }
    return rest
  }

  test('no word that reads a file is left in a text that is taken', () => {
    fc.assert(
      fc.property(text, (source) => {
        const read = readNft(source)
        if (!('message' in read)) expect(bare(source)).not.toMatch(/(?:^|[^A-Za-z_])include(?![A-Za-z0-9_/.-])|@\//)
      }),
      { seed: 1129, numRuns: 3000 },
    )
  })

  test('no line that iptables would take for an option with a file is left', () => {
    fc.assert(
      fc.property(text, (source) => {
        const read = readSaved(`*filter\n${source}\nCOMMIT\n`)
        if ('message' in read) return
        for (const { rules } of read)
          for (const rule of rules)
            for (const word of savedWords(rule) ?? []) expect(word).not.toMatch(/^-M|^--mod(p|=|$)|^\//)
      }),
      { seed: 1129, numRuns: 3000 },
    )
  })

  test('what nft is given keeps every word of the text', () => {
    fc.assert(
      fc.property(text, (source) => {
        const read = readNft(source)
        if (!('message' in read)) expect(normalisedNft(read.script)).toBe(normalisedNft(source))
      }),
      { seed: 1129, numRuns: 2000 },
    )
  })
})
