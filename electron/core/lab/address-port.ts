/** An address with a port, as a lab file, `ip` and a person write it: `192.168.1.2:80`, `[fd00::2]:80` (RFC 3986, 3.2.2). */
export const addressPort = (address: string, port: number | string): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
