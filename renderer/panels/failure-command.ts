/** The command a failure's sentence tells the user to run, so that it can be copied; null where it tells none. */
export function commandIn(message: string): string | null {
  return /\bsudo (?:sysctl -w [\w.]+=\w+|apt-get install(?: [a-z0-9][a-z0-9.+-]*[a-z0-9])+)/.exec(message)?.[0] ?? null
}
