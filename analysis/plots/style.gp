
# what all figures have in common: colours that all can tell apart (Okabe and Ito 2008), quiet axes
set termoption noenhanced
set linetype 1 linecolor '#0072b2' linewidth 1.5
set linetype 2 linecolor '#d55e00' linewidth 1.5
set linetype 3 linecolor '#009e73' linewidth 1.5
set linetype 4 linecolor '#cc79a7' linewidth 1.5
set linetype 5 linecolor '#56b4e9' linewidth 1.5
set linetype 6 linecolor '#e69f00' linewidth 1.5
set linetype 7 linecolor '#000000' linewidth 1.5
set linetype cycle 7
set border linecolor 'gray40'
set tics textcolor 'black'
# of figures over time
if (exists('dated') && dated) { set xtics time date_step }
if (exists('time_format')) { set format x time_format }
set grid linecolor 'gray85' linetype 1 linewidth 0.5
set style fill transparent solid 0.2 noborder
set palette defined (0 '#440154', 1 '#46327e', 2 '#365c8d', 3 '#277f8e', 4 '#1fa187', 5 '#4ac16d', \
    6 '#a0da39', 7 '#fde725')

