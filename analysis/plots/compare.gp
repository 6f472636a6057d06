# SPDX-License-Identifier: GPL-3.0-or-later
# Figures of a comparison of schedulers. `gpusim compare -o FOLDER` writes figures.gp, this behind the
# names of what it compared; then, in the folder of the scenario:
#   gnuplot figures.gp
# gives cdf.png (completion and waiting times), allocated.png (GPUs over time), boxes.png (metrics by
# seed). Set `n`, `title`, `label[]`, `folder[]`, `m`, `metric[]` and `unit[]` by hand to use it
# elsewhere.
set datafile separator ','
set grid linecolor 'gray80'
set key noenhanced
set style fill solid 0.25 border -1
set linetype 1 linecolor '#0072b2' linewidth 2
set linetype 2 linecolor '#d55e00' linewidth 2
set linetype 3 linecolor '#009e73' linewidth 2
set linetype 4 linecolor '#cc79a7' linewidth 2
set linetype 5 linecolor '#56b4e9' linewidth 2
set linetype 6 linecolor '#e69f00' linewidth 2
set linetype 7 linecolor '#000000' linewidth 2
set linetype cycle 7
curve(i, name) = sprintf("< grep '^%s,' '%s/curves.csv'", name, folder[i])

# a logarithmic axis has no 0: what takes no time stands at its left end
late(x) = x < least ? least : x

set terminal pngcairo size 1200, 480 font ',11'
set output 'cdf.png'
set multiplot layout 1, 2 title sprintf('%s: jobs, quantiles averaged over seeds', title) noenhanced
set logscale x
set format x '10^{%L}'
set yrange [0:100]
set ylabel 'jobs at or below, %'
set key bottom right
least = 1
set xlabel 'completion time, s'
plot for [i = 1:n] curve(i, 'jct') using (late($2)):(100 * $3) with lines title label[i]
set xlabel 'wait, s (none: 1 s)'
plot for [i = 1:n] curve(i, 'wait') using (late($2)):(100 * $3) with lines title label[i]
unset multiplot
unset logscale x
set format x

set terminal pngcairo size 1200, 420 font ',11'
set output 'allocated.png'
set title sprintf('%s: GPUs allocated, mean over seeds', title) noenhanced
set xlabel 'time, h'
set ylabel 'allocated, %'
set yrange [0:105]
set key outside right top
plot for [i = 1:n] curve(i, 'allocated') using ($2 / 3600):(100 * $3) with lines title label[i]
unset title

columns = m < 3 ? m : 3
rows = (m + columns - 1) / columns
set terminal pngcairo size 420 * columns, 330 * rows + 40 font ',10'
set output 'boxes.png'
set multiplot layout rows, columns title sprintf('%s: by seed', title) noenhanced
set style boxplot outliers pointtype 7
set style data boxplot
set boxwidth 0.5
unset key
unset xlabel
set autoscale y
set xrange [0.4:n + 0.6]
set xtics noenhanced rotate by (n > 2 ? -20 : 0)
set xtics ()
do for [i = 1:n] { set xtics add (label[i] i) }
do for [k = 1:m] {
    set title sprintf('%s%s', metric[k], unit[k] eq '' ? '' : ', '.unit[k]) noenhanced
    unset ylabel
    plot for [i = 1:n] sprintf("< grep '^%d,' boxes.csv", i) using (i):(column(k + 2)) linetype i
}
unset multiplot
