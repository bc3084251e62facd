import { type Finding, ok, warning } from '../finding.ts'
import type { Host } from '../host.ts'

/** Whether the kernel can limit a container's memory: Raspberry Pi OS starts with that switched off. */
export function checkMemoryCgroup({ machine }: Host): Finding[] {
  const unified = machine.read('/sys/fs/cgroup/cgroup.controllers')
  const enabled = /^memory\t.*\t1$/m.test(machine.read('/proc/cgroups') ?? '')
  if (unified?.split(' ').includes('memory') || enabled) return [ok('memory limits', 'the kernel can limit memory')]
  const found = 'the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0'
  return [
    warning('memory limits', found, 'To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart'),
  ]
}
