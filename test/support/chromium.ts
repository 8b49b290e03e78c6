/** The system's Chromium as every suite starts it: a profile of its own, nothing fetched from outside, software rendering. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

export const chromiumFile = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)

/**
 * What is not wanted. A list of one's own replaces the whole list of Playwright, so the first lines are those of its
 * reasons that hold here; the last two are pages of Chromium's address bar, which nobody sees without a screen, and which
 * took as long to start as the window that is tested.
 */
const unwanted = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'PaintHolding'],
  ...['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'ThirdPartyStoragePartitioning'],
  ...['MediaRouter', 'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'],
]

/** Leaves them out, for who starts Chromium in a way of its own. */
export const withoutUnwanted = `--disable-features=${unwanted.join(',')}`

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  withoutUnwanted,
]

/** @param file program to start in place of Chromium's own: one that starts it in another network, say */
export function launchChromium(file: string = chromiumFile ?? '/usr/bin/chromium'): Promise<Browser> {
  return chromium.launch({ executablePath: file, args: flags })
}
