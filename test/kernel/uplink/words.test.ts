/** What is said of an uplink that does not come up, and of ping through one that does. */
import { expect, test } from 'vitest'
import { pingRefusedBy } from '../../../electron/session/uplink/ping.js'
import { explainSlirp } from '../../../electron/session/uplink/slirp.js'

test('echo requests pass where a group of the user is in the range', () => {
  expect(pingRefusedBy('0\t2147483647\n', [1000])).toBeNull()
  expect(pingRefusedBy('1\t0\n', [0, 1, 1000])).toBe('1 0')
  expect(pingRefusedBy('1000\t1000', [4, 27, 1000])).toBeNull()
  expect(pingRefusedBy('1000\t1000', [1001])).toBe('1000 1000')
  expect(pingRefusedBy(null, [1000])).toBe('absent')
})

// What slirp4netns 1.2.0 prints.
test.each([
  ['uplink-name-taken', 'ioctl(TUNSETIFF): Invalid argument\nchild failed(1)'],
  ['tun-refused', 'open("/dev/net/tun"): Permission denied\nchild failed(1)'],
  ['tun-refused', 'open("/dev/net/tun"): No such file or directory\nchild failed(1)'],
  ['uplink-refused', 'setns(CLONE_NEWNET): Operation not permitted\nchild failed(1)'],
  ['uplink-refused', ''],
])('%s: %s', (code, said) => {
  expect(explainSlirp(said, 'eth0')).toMatchObject({ code, where: 'uplink', output: said || null })
})
