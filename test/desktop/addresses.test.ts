import { expect, test } from 'vitest'
import { filePathOf, filesOf } from '../../electron/main/command-line.js'
import { externalLink } from '../../electron/main/external-link.js'
import { isOurs, isWindowPage } from '../../electron/main/page-address.js'

test.each([
  [['a.yaml'], ['/home/me/a.yaml']],
  [
    ['/x/a.yaml', 'b.yaml'],
    ['/x/a.yaml', '/home/me/b.yaml'],
  ],
  [['--ozone-platform=x11', '-v', 'a.yaml'], ['/home/me/a.yaml']],
  [
    ['a.yaml', '--', '--odd.yaml'],
    ['/home/me/a.yaml', '/home/me/--odd.yaml'],
  ],
  [['file:///x/a%20b.yaml'], ['/x/a b.yaml']],
  [['FILE:///x/a.yaml'], ['/x/a.yaml']],
  // A file of another machine, and no file at all.
  [['file://other/x/a.yaml', 'https://example.com/a.yaml', ''], []],
])('the command line %j names the files %j', (words, files) => {
  expect(filesOf(words, '/home/me')).toEqual(files)
})

test('a bad escape in a file: URL names no file', () => {
  expect(filePathOf('file:///x/%ff%2f', '/')).toBeNull()
})

test.each([
  ['https://example.com', 'https://example.com/'],
  ['http://127.0.0.1:8080/x?y#z', 'http://127.0.0.1:8080/x?y#z'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
])('%s may be opened as %s', (address, link) => {
  expect(externalLink(address)).toBe(link)
})

test.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'vethlab://app/index.html',
  'mailto:a@example.com',
  'https://good.example@bad.example/',
  'https://:secret@bad.example/',
  '-https://example.com',
  '/etc/passwd',
  '',
  `https://example.com/${'a'.repeat(2048)}`,
])('%.60s is not opened', (address) => {
  expect(externalLink(address)).toBeNull()
})

test('the page is known by its whole origin', () => {
  expect(['vethlab://app/', 'vethlab://app/index.html', 'vethlab://app/index.html#x'].every(isWindowPage)).toBe(true)
  const others = ['vethlab://app/assets/a.js', 'vethlab://app.example/', 'vethlab://x@app/', 'https://app/', 'app', '']
  expect(others.filter(isWindowPage)).toEqual([])
  expect(isOurs('vethlab://app/assets/a.js')).toBe(true)
  expect(others.slice(1).filter(isOurs)).toEqual([])
})
