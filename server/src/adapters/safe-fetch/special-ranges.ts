import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Networks that are not the public internet, by the IANA special-purpose address registries (RFC 6890 and its updates),
 * and the few public addresses that mean something else inside a cloud. `[network, prefix length]`
 */
const REFUSED_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // "this network"; Linux connects 0.0.0.0 to loopback
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; holds the metadata address of Alibaba Cloud
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's wire server: a public address that ends inside the host
  ['169.254.0.0', 16], // link-local; holds the metadata address of AWS, GCP and Azure
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // IETF protocol assignments; holds the metadata address of Oracle Cloud
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Of IPv6 only global unicast (2000::/3) is public at all; these lie inside it and are not. */
const REFUSED_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // IETF protocol assignments: Teredo (/32), benchmarks (2001:2::/48), ORCHID, DRIP
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4 holds an IPv4 address
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
];

const refused = new BlockList();
for (const [network, prefix] of REFUSED_IPV4) refused.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of REFUSED_IPV6) refused.addSubnet(network, prefix, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/**
 * True for addresses of the public internet. Everything that only carries an IPv4 address (mapped, compatible, translated,
 * NAT64, 6to4, Teredo) is not public, whichever address it carries; neither are addresses with a zone (`%eth0`).
 *
 * @param address one address, without brackets
 * @example isPublicAddress('93.184.216.34') // true
 * @example isPublicAddress('::ffff:93.184.216.34') // false
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  if (isIPv6(address)) return globalUnicast.check(address, 'ipv6') && !refused.check(address, 'ipv6');
  return !refused.check(address, 'ipv4');
}
