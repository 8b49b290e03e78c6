/** Loads an XDP program that drops everything, and pins it: `drop-program.mjs FILE`, a file on a mounted bpffs. */
import koffi from 'koffi'

/** bpf(2) by architecture, BPF_PROG_LOAD, BPF_OBJ_PIN, BPF_PROG_TYPE_XDP (linux/bpf.h). */
const [call, load, pin, xdp] = [process.arch === 'arm64' ? 280 : 321, 5, 6, 6]
const bpf = koffi.load(null).func('long syscall(long number, long command, void *attributes, long size)')

/** mov r0, 1 (XDP_DROP); exit */
const program = Buffer.from('b700000001000000' + '9500000000000000', 'hex')
const licence = Buffer.from('GPL\0')
const attributes = Buffer.alloc(120)
attributes.writeUInt32LE(xdp, 0)
attributes.writeUInt32LE(program.length / 8, 4)
attributes.writeBigUInt64LE(koffi.address(program), 8)
attributes.writeBigUInt64LE(koffi.address(licence), 16)
const fd = bpf(call, load, attributes, attributes.length)
if (fd < 0) throw new Error('the kernel took no program')

const path = Buffer.from(`${process.argv[2]}\0`)
const place = Buffer.alloc(120)
place.writeBigUInt64LE(koffi.address(path), 0)
place.writeUInt32LE(Number(fd), 8)
if (bpf(call, pin, place, place.length) < 0) throw new Error('it could not be pinned')
