/** The commands with their arguments. Each command's code is loaded when it runs, so that the others cost nothing. */
import { Command, InvalidArgumentError, Option } from 'commander'
import type { ExitCode } from './exit-code.js'
import { mostFaults, mostSeed } from '../core/challenge/vary-key.js'
import { foreignKinds } from '../core/exchange/foreign.js'
import { note, paintNote, printable, printRaw } from './output.js'
import { vethlab } from '../session/own-command.js'

const jsonOption = (): Option => new Option('--json', 'print one JSON document, and nothing else, on stdout')
const uplinkOption = (): Option =>
  new Option('--uplink', 'plug in the uplink that the lab asks for: its programs then reach your own network')
const allOption = (): Option => new Option('--all', 'print every hop and all of the evidence, however long')
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

function portNumber(value: string): number {
  const port = Number(value)
  if (!/^\d+$/.test(value) || port < 1 || port > 65535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.')
  return port
}

/** A number in its range, which the message names. */
const wholeNumber =
  (least: number, most: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new InvalidArgumentError(`It is a number from ${least} to ${most}.`)
    return number
  }

/** `error: unknown command 'chek'\n(Did you mean check?)` as sentences on one line. */
export function usageText(text: string): string {
  const [sentence = '', ...rest] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n')
  const hint = rest.join(' ').replace(/^\((.*)\)$/, '$1')
  return `${sentence.replace(/[.:]?$/, '.')} ${hint || `See: ${vethlab('--help')}`}`
}

/**
 * @param version of the package
 * @param done takes the exit code of the command that ran
 */
export function makeProgram(version: string, json: boolean, done: (code: ExitCode) => void): Command {
  const program = new Command('vethlab')
  program
    .description('Real Linux networks made of network namespaces: build them, look into them, test them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a check failed, 2 wrong usage or invalid lab,\n3 this machine cannot do it, 4 the kernel refused a step.',
    )
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: printRaw,
      writeErr: (text) => note(text.trimEnd()),
      outputError: (text) => {
        if (!json) note(`${paintNote('red', 'vethlab:')} ${printable(usageText(text))}`)
      },
    })

  const command = (usage: string, description: string): Command => program.command(usage).description(description)

  command('validate <files...>', 'find what is wrong with lab files')
    .option('--machine', 'ask also whether this machine has what they need; starts a sandbox to try it in')
    .addOption(jsonOption())
    .action(async (files: string[], options) => done(await (await import('./validate.js')).validate(files, options)))

  command('plan <file>', 'print the commands that build a lab')
    .option('--script', 'print a bash script that can be run')
    .addOption(jsonOption())
    .action(async (file: string, options) => done(await (await import('./plan.js')).plan(file, options)))

  command('check <file>', 'build a lab in a fresh sandbox, run its checks, take it down')
    .option('--junit <out>', 'write the results as JUnit XML to this file')
    .option('--only <name>', 'run this check only (may be given several times)', collect)
    .option('--goal', 'let the goals of a lab to repair decide as well')
    .addOption(uplinkOption())
    .addOption(jsonOption())
    .action(async (file: string, options) => done(await (await import('./check.js')).check(file, options)))

  /** Flags of whatever sends a probe. */
  const probing = (each: Command): Command =>
    each
      .requiredOption('--from <namespace>', 'the namespace that sends')
      .requiredOption('--to <address>', 'an address, a namespace, or NAMESPACE:INTERFACE; with a port, ADDRESS:PORT')
      .addOption(new Option('--proto <protocol>', 'what to send').choices(['icmp', 'tcp', 'udp']))
      .option('--port <number>', 'the port of tcp and udp', portNumber)
      .option('--count <number>', 'send so many, one after the other', wholeNumber(1, 20))
      .option('--size <bytes>', 'bytes of payload', wholeNumber(0, 65507))
      .option('--ttl <number>', 'hops it may travel', wholeNumber(1, 255))
      .option('--df', 'do not let routers cut it')
      .option('--series', 'as traceroute: TTL 1, 2, ... until the target answers')

  probing(command('trace <file|lab>', 'send one probe, show its way hop by hop, and say why it failed'))
    .option('--pcapng <out>', 'write the frames to this file')
    .addOption(allOption())
    .addOption(uplinkOption())
    .addOption(jsonOption())
    .action(async (argument: string, options) => done(await (await import('./trace.js')).trace(argument, options)))

  probing(command('film <file>', 'send one probe, and write its film as one HTML page that needs no network'))
    .requiredOption('-o, --output <out>', 'write the page to this file')
    .addOption(uplinkOption())
    .addOption(jsonOption())
    .action(async (file: string, options) => done(await (await import('./film.js')).film(file, options)))

  command('vary <file>', 'print a variant of a lab: other names and addresses, and faults that a sandbox has proved')
    .requiredOption('--seed <number>', 'the same seed gives the same variant', wholeNumber(0, mostSeed))
    .option('--faults <number>', 'how many things to break (default: 1)', wholeNumber(0, mostFaults))
    .addOption(jsonOption())
    .action(async (file: string, options) => done(await (await import('./vary.js')).vary(file, options)))

  command('grade <submissions...>', 'build what learners handed in, and ask the checks of teacher.yaml of it')
    .option('--teacher <file>', 'the teacher.yaml (default: here, or beside the submissions)')
    .option('--csv <out>', 'write the grades as CSV to this file')
    .option('--junit <out>', 'write the grades as JUnit XML to this file')
    .addOption(jsonOption())
    .action(async (paths: string[], options) => done(await (await import('./grade.js')).grade(paths, options)))

  command('state <file|lab>', 'print what the kernel has: of a lab file built in a fresh sandbox, or of a running lab')
    .addOption(new Option('--as <form>', 'print a lab file instead').choices(['lab']))
    .addOption(uplinkOption())
    .addOption(jsonOption())
    .action(async (argument: string, options) => done(await (await import('./state.js')).state(argument, options)))

  command('up <file>', 'build a lab and open a shell in its host; leaving the shell takes it down')
    .option('-d, --detach', 'leave it running in the background instead')
    .addOption(uplinkOption())
    .option('--host', 'on the machine itself, as root: says what it changes, and undoes all of it at the end')
    .option('--host-uplink <interface>', 'with --host: the way out, where it is not that of the default route')
    .option('--yes', 'with --host: do not ask')
    .addOption(jsonOption())
    .action(async (file: string, options) => done(await (await import('./up.js')).up(file, options)))

  command('ps', 'list running labs')
    .addOption(jsonOption())
    .action(async (options) => done(await (await import('./ps.js')).ps(options)))

  command('exec <lab> <namespace> [command...]', 'run a command, or a shell, in a namespace of a running lab')
    .usage('<lab> <namespace> [-- <command...>]')
    .passThroughOptions()
    .action(async (lab: string, namespace: string, words: string[]) =>
      done(await (await import('./exec.js')).exec(lab, namespace, words)),
    )

  command('down <lab>', 'stop a running lab')
    .addOption(jsonOption())
    .action(async (lab: string, options) => done(await (await import('./down.js')).down(lab, options)))

  command('serve [file]', 'open the window in your own browser, on this machine only')
    .option('--port <number>', 'listen on this port', portNumber)
    .addOption(jsonOption())
    .action(async (file: string | undefined, options) => done(await (await import('./serve.js')).serve(file, options)))

  command('export <file>', 'print a lab for another tool: a bash script, or a containerlab topology')
    .addOption(new Option('--to <form>', 'what to print').choices(['script', 'clab']).makeOptionMandatory())
    .addOption(jsonOption())
    .action(async (file: string, options) => done(await (await import('./export.js')).exportLab(file, options)))

  command(
    'import <file|folder>',
    'print a lab file made of a bash script or of a lab of another tool, which is read and not run',
  )
    .addOption(
      new Option('--from <form>', 'what to read (default: what its name or its text says)').choices(foreignKinds),
    )
    .option('--run', 'run the script, in a sandbox of its own without network, and read what it built')
    .option('--timeout <seconds>', 'with --run: end it after so long (default: 60)', wholeNumber(1, 600))
    .addOption(jsonOption())
    .action(async (file: string, options) => done(await (await import('./import.js')).importLab(file, options)))

  command('look', 'list the networks of this machine: containers, pods, units, ip netns; changes nothing')
    .option('--watch', 'stay, and print again what has changed')
    .addOption(jsonOption())
    .action(async (options) => done(await (await import('./look.js')).look(options)))

  command('explain', 'send one probe between networks of this machine, show its way, and say why it failed')
    .option('--from <name>', 'who sends: a name of `look`, or host')
    .option('--to <address|name>', 'an address, a name of `look`, or NAME:INTERFACE; with a port, ADDRESS:PORT')
    .option('--watch <filter>', 'instead of a probe, film what an application sends: "tcp port 80", "host 10.0.0.1"')
    .option('--seconds <number>', 'watch no longer than this', wholeNumber(1, 600))
    .option('--port <number>', 'the port of tcp and udp', portNumber)
    .addOption(new Option('--proto <protocol>', 'what to send').choices(['icmp', 'tcp', 'udp']))
    .option('--count <number>', 'send so many, one after the other', wholeNumber(1, 20))
    .option('--rules', 'trace firewall rules, by an nftables table of its own that ends with it')
    .addOption(allOption())
    .addOption(jsonOption())
    .option('--html <out>', 'write the film to this file')
    .option('--pcapng <out>', 'write the frames to this file')
    .action(async (options) => done(await (await import('./explain.js')).explain(options)))

  command('twin', 'print a lab file that is like the networks of this machine')
    .option('--only <name...>', 'of these only, by names of `look`')
    .addOption(jsonOption())
    .action(async (options) => done(await (await import('./twin.js')).twin(options)))

  command('recover', 'undo what a session has left on the machine itself')
    .option('--quiet', 'say nothing unless something could not be undone')
    .addOption(jsonOption())
    .action(async (options) => done(await (await import('./recover.js')).recover(options)))

  command('doctor', 'find out what this machine can do, and what is missing')
    .addOption(jsonOption())
    .action(async (options) => done(await (await import('./doctor.js')).doctor(options)))

  return program
}
