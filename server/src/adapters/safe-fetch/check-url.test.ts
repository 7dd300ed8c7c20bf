import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowList } from './allow-list.ts';
import { checkUrl } from './check-url.ts';
import { isPublicAddress } from './special-ranges.ts';

const nothing = allowList([]);
const codeOf = (url: string, allow = nothing): string => {
  try {
    checkUrl(url, allow);
    return 'allowed';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error); // AppErrors have one
  }
};

/** First and last address of every IPv4 range that is not public. */
const SPECIAL_IPV4 =
  `0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.255.255.255 168.63.129.16
  169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0
  192.88.99.255 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255
  224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255`.split(/\s+/);
const PUBLIC_IPV4 = `1.0.0.0 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255
  192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
  223.255.255.255`.split(/\s+/);
const SPECIAL_IPV6 = `:: ::1 ::7f00:1 ::ffff:7f00:1 ::ffff:a9fe:a9fe ::ffff:5db8:d822 ::ffff:0:5db8:d822 64:ff9b::a9fe:a9fe
  64:ff9b::5db8:d822 64:ff9b:1::a00:1 100::1 100:0:0:1::1 1::1 2001::1 2001:0:5db8:d822::1 2001:2::1 2001:10::1 2001:1ff:ffff::1
  2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2002:5db8:d822::1 2620:4f:8000::1 3fff::1 3fff:fff:ffff::1 4000::1 5f00::1
  fc00::1 fd00:ec2::254 fe80::1 febf::1 fec0::1 feff::1 ff02::1 ffff::1`.split(/\s+/);
const PUBLIC_IPV6 = '2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450:4001::1 3ffe::1 3fff:1000::1'.split(
  ' ',
);

describe('checkUrl', () => {
  it.each(SPECIAL_IPV4)('refuses %s in every spelling and every IPv6 form that carries it', (address) => {
    expect(isPublicAddress(address)).toBe(false);
    for (const host of spellings(address)) expect(codeOf(`http://${host}/`), host).toBe('url_not_allowed');
  });

  it.each(PUBLIC_IPV4)('takes %s in every IPv4 spelling, and in no IPv6 form that carries it', (address) => {
    expect(isPublicAddress(address)).toBe(true);
    for (const host of spellings(address)) {
      expect(codeOf(`http://${host}/`), host).toBe(host.startsWith('[') ? 'url_not_allowed' : 'allowed');
    }
  });

  it.each(SPECIAL_IPV6)('refuses [%s]', (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(codeOf(`https://[${address}]/`)).toBe('url_not_allowed');
  });

  it.each(PUBLIC_IPV6)('takes [%s]', (address) => {
    expect(isPublicAddress(address)).toBe(true);
    expect(codeOf(`https://[${address}]/`)).toBe('allowed');
  });

  it('refuses every spelling of every address of a private network', () => {
    const networks = [
      [10, 8],
      [127, 8],
      [0xa9fe, 16],
      [0xc0a8, 16],
      [0xac1, 12],
      [0x191, 10],
      [0, 8],
      [0xe, 4],
      [0xf, 4],
    ] as const;
    const addresses = fc
      .tuple(fc.constantFrom(...networks), fc.nat(0xffff_ffff))
      .map(([[network, bits], rest]) => ((network << (32 - bits)) | (rest & (0xffff_ffff >>> bits))) >>> 0);
    fc.assert(
      fc.property(addresses, (value) => {
        for (const host of spellings(dotted(value))) expect(codeOf(`http://${host}/a?youtube.com`), host).toBe('url_not_allowed');
      }),
    );
  });

  it('agrees with itself: what it takes is what the same parser makes of it again', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (text) => {
        const first = codeOf(text) === 'allowed' ? checkUrl(text, nothing).url.href : null;
        if (first !== null) expect(checkUrl(first, nothing).url.href).toBe(first);
      }),
    );
  });

  it('throws nothing but its two errors, whatever it is given', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((rest) => `http://${rest}`),
    );
    fc.assert(
      fc.property(text, (url) => {
        expect(['allowed', 'url_invalid', 'url_not_allowed']).toContain(codeOf(url));
      }),
    );
  });

  it.each([
    'http://ok.com\\@127.0.0.1/',
    'http://ok.com\\.evil.com/',
    'http://127.0.0.1\\@ok.com/',
    'http://user@ok.com/',
    'http://a:b@ok.com/',
    'http://ok.com:80@127.0.0.1/',
    'http://ok.com%00.evil.com/',
    'http://%31%32%37.0.0.1/',
    'http://ok.com#@127.0.0.1/',
    'http://ok.com?@127.0.0.1/',
    'http://ok.com #@127.0.0.1/',
    'http:ok.com',
    'http:\\\\ok.com',
    'https:///ok.com',
    'http://ok。com/',
    'http://exa\u00admple.com/',
    'http://1.2.3.4.5/',
    'http://256.1.1.1/',
    'http://./',
    'http://[::1',
    'http://[fe80::1%25eth0]/',
    'http://ok.com:99999/',
    'http://ok.com:port/',
    '--config-locations=/etc/passwd',
    '-o',
    'ok.com',
    '/etc/passwd',
    ' http://ok.com/',
    'h\nttp://ok.com/',
  ])('says that %j is no address', (url) => {
    expect(codeOf(url)).toBe('url_invalid');
  });

  it.each(['http://localhost/', 'http://LOCALHOST./', 'http://a.localhost:8080/', 'http://127.0.0.1./', 'http://①②⑦.⓪.⓪.①/'])(
    'refuses %s',
    (url) => expect(codeOf(url)).toBe('url_not_allowed'),
  );

  it('allows ports 80, 443 and from 1024 on, without those of other protocols', () => {
    for (const port of [80, 443, 1024, 8080, 11_434, 65_535]) expect(codeOf(`http://ok.com:${port}/`)).toBe('allowed');
    for (const port of [0, 1, 21, 22, 25, 81, 110, 445, 1023, 2049, 5060, 6000, 6667, 10_080]) {
      expect(codeOf(`https://ok.com:${port}/`), String(port)).toBe('url_not_allowed');
    }
  });

  it('takes names of all languages, and forgets the fragment', () => {
    expect(checkUrl('https://BÜCHER.example./a b?c=d@e#f', nothing)).toMatchObject({ host: 'xn--bcher-kva.example', port: 443 });
    expect(checkUrl('https://例え.example/#@x', nothing).url.href).toBe('https://xn--r8jz45g.example/');
    expect(checkUrl('http://ok.com/?url=http://10.0.0.1@x', nothing).host).toBe('ok.com');
  });

  it('allows what lies in the allow-list, and nothing beside it', () => {
    const allow = allowList(['10.1.0.0/16', ' fd00::/8', '192.168.7.7', 'Wiki.Intranet', '[::1]', 'localhost']);
    for (const host of ['10.1.2.3', '[fd12::1]', '192.168.7.7', '[::1]', 'localhost', 'LOCALHOST.', '0xa.1.1']) {
      expect(codeOf(`http://${host}/`, allow), host).toBe('allowed');
    }
    for (const host of ['10.2.0.1', '[fc00::1]', '192.168.7.8', '127.0.0.1', 'a.localhost', '[::ffff:7f00:1]']) {
      expect(codeOf(`http://${host}/`, allow), host).toBe('url_not_allowed');
    }
    expect(codeOf('http://10.1.2.3:22/', allow)).toBe('url_not_allowed');
    expect(allow.allowsHost('wiki.intranet')).toBe(true);
    expect(allow.allowsHost('a.wiki.intranet')).toBe(false);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    '::/129',
    'http://a',
    'a b',
    '*.example.com',
    '',
    'fe80::1%eth0',
    'a/8',
  ])('says that the allow-list cannot hold %j', (entry) =>
    expect(() => allowList([entry])).toThrow(expect.objectContaining({ code: 'configuration_invalid' })),
  );
});

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

/** The ways in which one IPv4 address can be written: bare, in brackets as IPv6. */
function spellings(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const value = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const hex = (part: number): string => `0x${part.toString(16)}`;
  const octal = (part: number): string => `0${part.toString(8)}`;
  const [high, low] = [(value >>> 16).toString(16), (value & 0xffff).toString(16)];
  return [
    address,
    `${address}.`,
    String(value),
    hex(value),
    octal(value),
    [a, b, c, d].map(hex).join('.'),
    [a, b, c, d].map(octal).join('.'),
    `0X${a.toString(16).toUpperCase()}.${b}.${octal(c)}.00000${octal(d)}`,
    `${a}.${value & 0xff_ffff}`,
    `${hex(a)}.${octal(b)}.${value & 0xffff}`,
    `[::ffff:${address}]`,
    `[::ffff:${high}:${low}]`,
    `[0:0:0:0:0:FFFF:${high}:${low}]`,
    `[::${high}:${low}]`,
    `[64:ff9b::${high}:${low}]`,
    `[64:ff9b:1::${address}]`,
    `[2002:${high}:${low}::1]`,
    `[2001:0:${high}:${low}::]`,
    `[::ffff:0:${address}]`,
  ];
}
