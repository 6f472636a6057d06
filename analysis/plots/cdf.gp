# cdf: completion times, waits and slowdowns of several runs
set multiplot layout 1, 3 margins char 8, char 4, char 4, char 3 spacing char 7, char 0
# names stand above all panels, where no curve is
set key at screen 0.5, screen 0.985 center top horizontal
set logscale x
set xtics numeric
set yrange [0:100]
set ylabel 'jobs at or below, '.percent
set format x powers
set termoption enhanced
# a logarithmic axis has no 0: what takes no time stands at its left end
late(x) = x < 1 ? 1 : x
wide(x) = x < 10 ? 10 : x
# an empty panel says so
empty = 'set label 1 word at graph 0.5, graph 0.5 center; set xrange [1:10]; plot -1 notitle;' \
    .'unset label 1; set xrange [*:*]'

set xlabel 'completion time, s'
if (completed == 0) {
    word = 'no job completed'
    @empty
} else {
    set xrange [1:wide(most_completion)]
    plot for [i = 1:n] data index sprintf('completion %d', i) using (late($1)):(100 * $2) \
        with lines linetype i title label[i] noenhanced
}
unset ylabel
unset key
set format y ''
set xlabel 'wait, s (none: 1 s)'
if (started == 0) {
    word = 'no job began'
    @empty
} else {
    set xrange [1:wide(most_wait)]
    plot for [i = 1:n] data index sprintf('wait %d', i) using (late($1)):(100 * $2) \
        with lines linetype i
}
set xlabel 'bounded slowdown'
if (completed == 0) {
    word = 'no job completed'
    @empty
} else {
    set xrange [1:wide(most_slowdown)]
    plot for [i = 1:n] data index sprintf('slowdown %d', i) using 1:(100 * $2) \
        with lines linetype i
}
unset multiplot
