/** How many packets of a stream are kept: all of them, up to the rate that can be followed. */

/** Above this many packets per second the stream is sampled. */
const packetsPerSecond = 1000
/**
 * A packet is seen at every interface that it passes: over twenty routers, forty times. Decoding takes some microseconds
 * for each frame, and the thread that does it serves terminals, too.
 */
const framesPerSecond = 12_000
/** Sampling is taken back only when the rate has fallen well below, so that it does not swing. */
const calm = 0.7
/** Every packet is the 65536th of its kind at most: the filter decides by 16 bits. */
const coarsest = 4096

export interface Rate {
  /** Captured meanwhile, sampled as it is now. */
  readonly packets: number
  readonly frames: number
  readonly seconds: number
}

/** One of how many packets to keep from now on. */
export function nextSampling(oneOf: number, { packets, frames, seconds }: Rate): number {
  if (seconds <= 0) return oneOf
  const wanted = Math.max((packets / seconds / packetsPerSecond) * oneOf, (frames / seconds / framesPerSecond) * oneOf)
  if (wanted > oneOf) return Math.min(coarsest, Math.ceil(wanted))
  return wanted < oneOf * calm ? Math.max(1, Math.ceil(wanted)) : oneOf
}
