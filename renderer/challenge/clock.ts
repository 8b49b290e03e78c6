/** How long something took, as a stop watch shows it: minutes and seconds, hours before them where there are any. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((each) => String(each).padStart(2, '0'))
  const hours = Math.floor(seconds / 3600)
  return (hours > 0 ? [String(hours), ...parts] : parts).join(':')
}
