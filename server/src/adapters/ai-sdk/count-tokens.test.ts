import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { countTokens } from './count-tokens.ts';

const SAMPLES: Readonly<Record<string, string>> = {
  English:
    'The tides are caused by the gravitational attraction of the Moon and the Sun. Don’t confuse them with waves: “a tide”, she said — twice a day — is slower.',
  speech: 'so um what we see here is that the the gradient well it points uphill right and uh we go the other way',
  German:
    'Die Gezeiten entstehen durch die Anziehungskraft des Mondes. Donaudampfschifffahrtsgesellschaft und Übergangsregelungen.',
  French: "Les marées sont causées par l'attraction de la Lune. L'été dernier, j'ai étudié ça à l'école.",
  Turkish: 'Gelgit olayları Ayın ve Güneşin çekim kuvvetinden kaynaklanır; öğrenciler bugün bunu öğreniyor.',
  Vietnamese: 'Thủy triều là hiện tượng nước biển dâng lên hạ xuống do lực hấp dẫn của Mặt Trăng và Mặt Trời.',
  Russian: 'Приливы и отливы вызываются притяжением Луны и Солнца, действующим на воды океанов Земли.',
  Greek: 'Οι παλίρροιες προκαλούνται από τη βαρυτική έλξη της Σελήνης και του Ήλιου.',
  Arabic: 'المد والجزر ظاهرة طبيعية تحدث بسبب جاذبية القمر والشمس على مياه المحيطات.',
  Hebrew: 'הגאות והשפל נגרמים על ידי כוח המשיכה של הירח והשמש.',
  Hindi: 'ज्वार भाटा चंद्रमा और सूर्य के गुरुत्वाकर्षण के कारण होता है।',
  Bengali: 'চাঁদ ও সূর্যের আকর্ষণের কারণে জোয়ার ভাটা হয়।',
  Tamil: 'சந்திரன் மற்றும் சூரியனின் ஈர்ப்பு விசையால் அலைகள் உண்டாகின்றன.',
  Chinese: '潮汐是由月球和太阳的引力作用于地球海洋而引起的周期性涨落现象。',
  Japanese: '潮の満ち引きは、月と太陽の引力によって起こる海面の周期的な昇降である。',
  Korean: '조석은 달과 태양의 인력에 의해 해수면이 주기적으로 오르내리는 현상이다.',
  Thai: 'น้ำขึ้นน้ำลงเกิดจากแรงดึงดูดของดวงจันทร์และดวงอาทิตย์',
  Georgian: 'მოქცევა გამოწვეულია მთვარის და მზის მიზიდულობით.',
  Amharic: 'ማዕበል የሚከሰተው በጨረቃ እና በፀሐይ ስበት ነው።',
  Burmese: 'ဒီရေသည် လနှင့် နေ၏ ဆွဲငင်အားကြောင့် ဖြစ်ပေါ်သည်။',
  Tibetan: 'བོད་སྐད་ནི་བོད་མིའི་སྐད་ཡིན།',
  'ancient scripts': '𓀀𓁐 ᚠᚢᚦ ꦗꦮ',
  emoji: '🌊🌕👩‍🔬🏳️‍🌈🇩🇪 ✅→∑∫√≤≥',
  numbers: '3.14159265358979 2026-11-23 1,234,567.89 0xDEADBEEF',
  JSON: JSON.stringify({ ids: ['s1', 's2'], a: { b: [1, 2, 3.5, null, true] } }, null, 2),
  base64: Buffer.from('The tides are rising and falling twice a day').toString('base64'),
  capitals: 'NASA HTTP URL THE TIDES RISE AND FALL',
  'white space': 'a\n\n\n\n    b\t\t\tc          d',
  TeX: String.raw`\int_0^\infty e^{-x^2} dx = \frac{\sqrt{\pi}}{2}`,
  signs: '!!!???...---===***###',
};

describe('the estimate of tokens', () => {
  it.each(Object.entries(SAMPLES))('is no lower than what two tokenizers count for %s', (_, text) => {
    expect(countTokens(text)).toBeGreaterThanOrEqual(countO200k(text));
    expect(countTokens(text)).toBeGreaterThanOrEqual(countCl100k(text));
  });

  it('wastes no more than half of the context for English', () => {
    const english = `${SAMPLES['English']} ${SAMPLES['speech']}`;
    expect(countTokens(english)).toBeLessThan(2 * countO200k(english));
  });

  it('never falls when text is added', () => {
    const all = Object.values(SAMPLES).join(' ');
    let before = 0;
    for (let end = 0; end <= all.length; end += 1) {
      const count = countTokens(all.slice(0, end));
      expect(count, JSON.stringify(all.slice(Math.max(0, end - 10), end))).toBeGreaterThanOrEqual(before);
      before = count;
    }
  });

  it('is no higher than a token a byte, and a bit', () => {
    for (const text of Object.values(SAMPLES)) expect(countTokens(text)).toBeLessThanOrEqual(1.3 * Buffer.byteLength(text));
  });
});
