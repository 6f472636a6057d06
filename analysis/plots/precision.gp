
# precision: of detectors against recall, over all thresholds
set title log_name.': samples found'
set xlabel 'recall'
set ylabel 'precision'
set xrange [0:1]
set yrange [0:1.02]
if (marked == 0) {
    set label 1 'nothing is marked in this log' at graph 0.5, graph 0.5 center
    unset key
    plot -1 notitle
} else {
    # areas under the curves stand before the names
    set key outside bottom center horizontal maxcols 2 Left reverse samplen 2
    plot for [i = 1:n] data index sprintf('curve %d', i) using 1:2 with lines linetype i \
            dashtype 1 + (i - 1) / 7 title label[i], \
         share with lines linecolor 'gray40' dashtype 2 title sprintf('%.3f  chance', share)
}
