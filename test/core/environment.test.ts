import { expect, test } from 'vitest'
import { userEnvironment } from '../../electron/core/environment.js'

test('what npm, Electron and the desktop have set is left out; the rest is the user’s own', () => {
  expect(
    userEnvironment({
      ...{ HOME: '/home/a', EDITOR: 'vi', EMPTY: '', NODE_OPTIONS: '--trace-warnings', ABSENT: undefined },
      ...{ CHROME_DESKTOP: 'vethlab.desktop', ORIGINAL_XDG_CURRENT_DESKTOP: 'GNOME', XDG_CURRENT_DESKTOP: 'GNOME' },
      ...{ npm_lifecycle_event: 'start', INIT_CWD: '/home/a', NODE: '/usr/bin/node', ELECTRON_RUN_AS_NODE: '1' },
      PATH: '/src/node_modules/.bin:/node_modules/.bin:/lib/node-gyp-bin:/usr/bin:/bin',
    }),
  ).toEqual({
    ...{ HOME: '/home/a', EDITOR: 'vi', EMPTY: '', NODE_OPTIONS: '--trace-warnings' },
    ...{ XDG_CURRENT_DESKTOP: 'GNOME', PATH: '/usr/bin:/bin' },
  })
})

test('without npm the PATH is the user’s own, whatever is in it', () => {
  const own = { PATH: '/home/a/node_modules/.bin:/usr/bin' }
  expect(userEnvironment(own)).toEqual(own)
})

test('lists lose what an AppImage has put in front, and a list of nothing else goes', () => {
  expect(
    userEnvironment({
      ...{ APPDIR: '/tmp/.mount_A', APPIMAGE: '/opt/Vethlab.AppImage', ARGV0: 'Vethlab', OWD: '/' },
      PATH: '/tmp/.mount_A:/tmp/.mount_A/usr/sbin:/usr/bin',
      LD_LIBRARY_PATH: '/tmp/.mount_A/usr/lib',
      XDG_DATA_DIRS: '/tmp/.mount_A/usr/share:/usr/share:/tmp/.mount_Another',
    }),
  ).toEqual({ PATH: '/usr/bin', XDG_DATA_DIRS: '/usr/share:/tmp/.mount_Another' })
})
