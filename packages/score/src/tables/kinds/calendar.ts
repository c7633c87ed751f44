/** Days from 1970-01-01 to a day of the Gregorian calendar; months from 1, and beyond 12 too. */
export function daysTo(year: number, month: number, day: number): number {
  // Years that begin in March end with the day that not all have.
  const months = 12 * year + month - 3;
  const y = Math.floor(months / 12);
  const sinceMarch = months - 12 * y;
  return (
    365 * y +
    Math.floor(y / 4) -
    Math.floor(y / 100) +
    Math.floor(y / 400) +
    Math.floor((153 * sinceMarch + 2) / 5) +
    day -
    719469
  );
}

/** The day of the calendar so many days after 1970-01-01. */
export function dayAt(days: number): { year: number; month: number; day: number } {
  let year = 1970 + Math.floor(days / 365.2425);
  while (daysTo(year, 1, 1) > days) year -= 1;
  while (daysTo(year + 1, 1, 1) <= days) year += 1;
  let month = 1;
  while (month < 12 && daysTo(year, month + 1, 1) <= days) month += 1;
  return { year, month, day: days - daysTo(year, month, 1) + 1 };
}
