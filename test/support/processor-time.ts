/** Seconds of processor time that this process has taken since then: a machine that is busy with others does not add to it. */
export function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
